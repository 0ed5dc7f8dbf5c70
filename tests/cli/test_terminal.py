"""What files hold does not steer the terminal, and Ctrl-C says one line."""

from __future__ import annotations

import signal
import time
from types import SimpleNamespace

import pytest

from hierhash.cli.demo_story import clear
from hierhash.errors import InputError
from hierhash.plain_text import plain, plain_lines
from tests.cli.interrupting import ENDED, started
from tests.cli.small_run import hierhash


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Schuhe für Ärzte, 靴, 👟, नमस्ते", "Schuhe für Ärzte, 靴, 👟, नमस्ते"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\rb\nc\td", r"a\rb\nc\td"),
        ("pay \u202egnp.exe\u2066x", r"pay \u202egnp.exe\u2066x"),
        ("\u2028\u200e", r"\u2028\u200e"),
        ("\udc80", r"\udc80"),
    ],
)
def test_what_steers_a_terminal_is_written_out(text, shown):
    assert plain(text) == shown


def test_lines_stay_lines():
    assert plain_lines("a\x1b\nb") == "a\\x1b\nb"


def test_an_error_shows_the_escapes_of_a_file(tmp_path):
    (tmp_path / "c.yaml").write_text('"bi\\e[2Jts": 1\nmethod: "\\e]0;x\\a"\n')
    said = hierhash("config", "validate", tmp_path / "c.yaml")
    assert said.code == 2
    assert r"no method '\x1b]0;x\x07'" in said.err
    said = hierhash("config", "validate", "sample", "bits=\x1b[31m")
    assert said.code == 2
    assert "\x1b" not in said.err
    said = hierhash("train", "no\x1b[2J.yaml", "--out", tmp_path / "out")
    assert said.code == 2
    assert r"no\x1b[2J.yaml" in said.err
    assert "\x1b" not in said.err


def test_a_shown_config_has_no_escapes(tmp_path):
    (tmp_path / "c.yaml").write_text('data: {source: "\\e[31mred"}\n')
    assert "\x1b" not in hierhash("config", "show", tmp_path / "c.yaml").out


def test_ctrl_c_ends_a_demo_with_one_line_and_it_can_be_started_anew(tmp_path):
    out = tmp_path / "demo"
    with started(tmp_path, "demo", "--out", "demo") as process:
        assert process.stdout.readline().startswith("reading the shipped sample")
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert process.returncode in ENDED, said
    assert said.endswith("interrupted; the same command starts the demo anew\n")
    assert "Traceback" not in said
    suite = SimpleNamespace(name="demo", rows=[])
    clear(suite, out)
    assert [path.name for path in out.iterdir()] == [".hierhash-demo"]


def test_a_demo_removes_nothing_that_is_not_its_own(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "mine").write_text("mine")
    with pytest.raises(InputError, match="exists and holds no demo; choose another --out"):
        clear(SimpleNamespace(name="demo", rows=[]), tmp_path)
    assert (tmp_path / "results" / "mine").read_text() == "mine"
