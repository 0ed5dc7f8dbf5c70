"""JSON and JSON-lines files: written whole, lines added whole, damage named by file and line."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
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

    A line that a crash cut short is taken off first, so that it cannot spoil the new one.

    Raises:
        HierhashError: The file cannot be written.
    """
    line = (json.dumps(record, ensure_ascii=False) + "\n").encode()
    try:
        is_new = not path.exists()
        with open(path, "a+b", buffering=0) as stream:
            before = _end_of_last_line(stream)
            if before < stream.seek(0, os.SEEK_END):
                stream.truncate(before)
            if stream.write(line) < len(line):  # a disk that is nearly full takes a part
                stream.truncate(before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(stream.fileno())
        if is_new:
            sync(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error


def _end_of_last_line(stream: Any) -> int:
    """Where the last whole line ends, found from the back of the file."""
    end: int = stream.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - 4096)
        stream.seek(start)
        found = stream.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + int(found) + 1
        end = start
    return 0


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The records of a JSON-lines file; none if there is no file.

    A last line without its line break was cut short by a crash and never acknowledged: it does not
    count.

    Raises:
        RunError: A line is damaged.
    """
    if not path.exists():
        return []
    try:
        *lines, _cut = path.read_bytes().split(b"\n")
    except OSError as error:
        raise RunError(f"{path}: cannot be read ({error.strerror}); check its rights") from error
    records = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:  # also what is not UTF-8
            raise RunError(f"{path}:{number}: not JSON; delete the line to run it again") from error
        if not isinstance(record, dict):
            raise RunError(f"{path}:{number}: not a JSON object; delete the line to run it again")
        records.append(record)
    return records
