"""Whole files and folders, locks, and lines that several processes add."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hierhash.errors import RunError
from hierhash.storage.json_files import append_line, read_lines
from hierhash.storage.lock import locked
from hierhash.storage.whole_file import whole_file, write_text
from hierhash.storage.whole_folder import whole_folder


def test_leftovers_of_a_killed_process_go_and_nothing_else(tmp_path):
    ours = tmp_path / ".a.txt.hierhash-abcd_123.tmp"
    ours.write_text("half")
    users = [".a.txt.backup.tmp", ".a.txt.mine123_.tmp", ".b.txt.hierhash-abcd_123.tmp"]
    for name in users:
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes").write_text("precious")
    write_text(tmp_path / "a.txt", "whole")
    assert sorted(os.listdir(tmp_path)) == sorted([*users, "a.txt"])


def test_what_another_process_is_writing_stays(tmp_path):
    with whole_file(tmp_path / "a") as first:
        first.write(b"first")
        write_text(tmp_path / "a", "second")
        assert Path(first.name).exists()
    assert (tmp_path / "a").read_text() == "first"
    with whole_folder(tmp_path / "f") as slow:
        (slow / "x").write_text("1")
        with whole_folder(tmp_path / "g"):
            pass
        write_text(tmp_path / "f.txt", "")
        assert slow.is_dir()
    assert (tmp_path / "f" / "x").read_text() == "1"


def test_a_folder_takes_the_place_of_another_also_behind_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "old").write_text("old")
    (tmp_path / "link").symlink_to("real")
    with whole_folder(tmp_path / "link", replace=True) as folder:
        (folder / "new").write_text("new")
    assert os.listdir(tmp_path / "real") == ["new"]
    assert (tmp_path / "link").is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["link", "real"]


def test_an_error_in_the_block_leaves_nothing(tmp_path):
    for manager in (whole_file, whole_folder):
        with pytest.raises(KeyError), manager(tmp_path / "x"):
            raise KeyError
    assert not list(tmp_path.iterdir())


def test_a_refused_process_does_not_break_the_lock(tmp_path):
    folder = tmp_path / "new"
    with locked(folder, "trains into"):
        for _ in range(2):
            refused = pytest.raises(RunError, match="another process trains into this folder")
            with refused, locked(folder, "trains into"):
                pass
            assert folder.is_dir()
    assert not folder.exists()  # it was made for the lock and stayed empty


def test_a_lock_on_a_folder_that_was_removed_is_taken_again(tmp_path, monkeypatch):
    import fcntl

    folder, real = tmp_path / "f", fcntl.flock
    folder.mkdir()

    def flock(handle, how):
        monkeypatch.setattr(fcntl, "flock", real)
        folder.rmdir()
        folder.mkdir()
        real(handle, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    with locked(folder, "trains into"), pytest.raises(RunError), locked(folder, "trains into"):
        pass


ADD = """
import sys
from pathlib import Path
from hierhash.storage.json_files import append_line
for n in range(300):
    append_line(Path(sys.argv[1]), {"who": sys.argv[2], "n": n})
"""


def test_lines_of_two_processes_are_all_kept(tmp_path):
    file = tmp_path / "a.jsonl"
    adding = [
        subprocess.Popen([sys.executable, "-c", ADD, str(file), who]) for who in ("one", "two")
    ]
    assert [process.wait() for process in adding] == [0, 0]
    for who in ("one", "two"):
        assert [r["n"] for r in read_lines(file) if r["who"] == who] == list(range(300))


@pytest.mark.parametrize(
    ("rest", "kept"), [(b'{"b": 2}', [{"b": 2}]), (b'{"b": 2', []), (b"", []), (b"3", [])]
)
@pytest.mark.parametrize("before", [b"", b'{"a": "' + b"x" * 5000 + b'"}\n'])
def test_a_last_line_without_a_break_counts_if_it_is_whole(tmp_path, before, rest, kept):
    file = tmp_path / "a.jsonl"
    file.write_bytes(before + rest)
    first = [json.loads(before)] if before else []
    assert read_lines(file) == first + kept
    append_line(file, {"c": 3})
    assert read_lines(file) == [*first, *kept, {"c": 3}]
