"""Text files as UTF-8, whole or line by line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from hierhash.errors import InputError


def read_text(path: str | os.PathLike[str], error: type[InputError]) -> str:
    """A UTF-8 text file, its byte-order mark removed.

    Args:
        path: The file.
        error: What is raised.

    Raises:
        InputError: Of that kind: the file is missing, unreadable or not UTF-8.
    """
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        raise _refusal(path, error, wrong) from None


def text_lines(path: str | os.PathLike[str], error: type[InputError]) -> Iterator[str]:
    """The lines of a UTF-8 file with their ends, so that a file of any size takes little memory.

    Raises:
        InputError: As for `read_text`.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            yield from file
    except (OSError, UnicodeDecodeError) as wrong:
        raise _refusal(path, error, wrong) from None


def _refusal(
    path: str | os.PathLike[str], error: type[InputError], wrong: OSError | UnicodeDecodeError
) -> InputError:
    if isinstance(wrong, FileNotFoundError):
        return error(f"{path}: the file does not exist; check the path")
    if isinstance(wrong, OSError):
        return error(f"{path}: cannot be read ({wrong.strerror or wrong}); give a readable file")
    # Read in pieces, the file does not say where the fault lies.
    return error(f"{path}:{_line_of_fault(Path(path))}: not UTF-8 text; save the file as UTF-8")


def _line_of_fault(path: Path) -> int:
    content = path.read_bytes()
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        return content.count(b"\n", 0, fault.start) + 1
    return 1
