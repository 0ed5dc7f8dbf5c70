"""A disk that is full while something is saved: one line, and what was there stays as it was."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import pytest

from hierhash.errors import HierhashError
from hierhash.storage.json_files import append_line
from hierhash.storage.whole_file import write_text
from tests.cli.small_run import contents, hierhash

resource = pytest.importorskip("resource")


@contextlib.contextmanager
def files_of_at_most(size: int):
    """Lets no file grow beyond a size; the system then answers as for a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def failure(size: int, *words: object) -> str:
    with files_of_at_most(size):
        said = hierhash(*words)
    assert said.code == 1
    assert "Traceback" not in said.err
    assert len(said.err.splitlines()) == 1
    assert "cannot be written (File too large); free room or choose another place" in said.err
    return said.err


def test_a_checkpoint_and_the_weights_of_a_run(trained, tmp_path, run_copy):
    config = trained / "config.yaml"
    before = contents(run_copy)
    assert "run/model.safetensors: " in failure(
        20_000, "train", config, "--resume", "--out", run_copy
    )
    assert contents(run_copy) == before
    assert "new/checkpoints/last.pt: " in failure(
        20_000, "train", config, "--out", tmp_path / "new"
    )
    assert not any((tmp_path / "new" / "checkpoints").iterdir())


def test_an_index(trained, tmp_path):
    words = ("index", "build", trained / "run", tmp_path / "index")
    assert "index: " in failure(1000, *words)
    assert not list(tmp_path.iterdir())


def test_a_text_file_keeps_its_old_content(tmp_path):
    write_text(tmp_path / "report.md", "old")
    with files_of_at_most(1000), pytest.raises(HierhashError, match=r"report\.md: cannot be wri"):
        write_text(tmp_path / "report.md", "new" * 1000)
    assert contents(tmp_path) == {"report.md": b"old"}


def test_a_line_that_does_not_fit_is_taken_back(tmp_path):
    file = tmp_path / "results.jsonl"
    append_line(file, {"first": "x" * 900})
    before = file.read_bytes()
    with files_of_at_most(1000), pytest.raises(HierhashError, match="cannot be written"):
        append_line(file, {"second": "y" * 900})
    assert file.read_bytes() == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason=f"{sys.platform} has no /dev/full")
def test_scores_that_cannot_be_kept(run_copy):
    (run_copy / "validation.jsonl").symlink_to("/dev/full")
    said = hierhash("evaluate", run_copy)
    assert said.code == 1
    assert "validation.jsonl: cannot be written (No space left on device)" in said.err
    assert len(said.err.splitlines()) == 1
