"""JSON and JSON-lines files: written whole, lines added whole, damage named by file and line."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from hierhash.errors import RunError
from hierhash.storage.whole_file import cannot_write, sync, write_text


def write_json(path: Path, content: Any) -> None:
    """Writes JSON, whole or not at all.

    Raises:
        HierhashError: The file cannot be written.
    """
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Reads JSON of a run folder.

    Raises:
        RunError: The file is missing or damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunError(f"{path}: missing; is this a run folder of a finished run?") from error
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path}: damaged, for it is not JSON; make it again") from error


def append_line(path: Path, record: Mapping[str, Any]) -> None:
    """Adds one JSON line and brings it to the disk; a line that does not fit is taken back.

    What a crash left of a line is taken off first, so that it cannot spoil the new one. Processes
    that add to one file wait for each other.

    Raises:
        HierhashError: The file cannot be written.
    """
    line = (json.dumps(record, ensure_ascii=False) + "\n").encode()
    try:
        is_new = not path.exists()
        with open(path, "a+b", buffering=0) as stream:
            with suppress(OSError):  # a file system that knows no locks, or no file at all
                fcntl.flock(stream, fcntl.LOCK_EX)
            before = _end_of_whole_lines(stream)
            if before < stream.seek(0, os.SEEK_END):
                stream.truncate(before)
            if before and _byte_before(stream, before) != b"\n":
                line = b"\n" + line
            if stream.write(line) < len(line):  # a disk that is nearly full takes a part
                stream.truncate(before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(stream.fileno())
        if is_new:
            sync(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error


def _end_of_whole_lines(stream: Any) -> int:
    """Where the last whole line ends, with or without its line break."""
    size: int = stream.seek(0, os.SEEK_END)
    end = size
    while end > 0:
        start = max(0, end - 4096)
        stream.seek(start)
        found = stream.read(end - start).rfind(b"\n")
        if found >= 0:
            end = start + int(found) + 1
            break
        end = start
    stream.seek(end)
    return size if _record(stream.read(size - end)) is not None else end


def _byte_before(stream: Any, place: int) -> bytes:
    stream.seek(place - 1)
    byte: bytes = stream.read(1)
    return byte


def _record(line: bytes) -> dict[str, Any] | None:
    """The JSON object of a line, or nothing."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):  # also what is not UTF-8
        return None
    return record if isinstance(record, dict) else None


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The records of a JSON-lines file; none if there is no file.

    A last line that has no line break and is no JSON was cut short by a crash and never
    acknowledged: it does not count.

    Raises:
        RunError: A line is damaged.
    """
    if not path.exists():
        return []
    try:
        *lines, rest = path.read_bytes().split(b"\n")
    except OSError as error:
        raise RunError(f"{path}: cannot be read ({error.strerror}); check its rights") from error
    records = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        record = _record(line)
        if record is None:
            raise RunError(f"{path}:{number}: not a JSON object; delete the line to run it again")
        records.append(record)
    last = _record(rest)
    return records if last is None else [*records, last]
