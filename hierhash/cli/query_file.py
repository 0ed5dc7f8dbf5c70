"""Texts to ask, one a line of a file or of what is piped in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext

from hierhash.errors import DataError

LONGEST = 1 << 16


def query_texts(name: str) -> Iterator[str]:
    """The texts of a file, line by line as they come, so that a pipe is answered as it runs.

    Raises:
        DataError: The file cannot be read, a line is no text, or there is none.
    """
    found = False
    try:
        with nullcontext(sys.stdin.buffer) if name == "-" else open(name, "rb") as stream:
            number = 0
            while line := stream.readline(LONGEST):
                number += 1
                text = _decoded(line, f"{name}:{number}")
                if text:
                    found = True
                    yield text
    except OSError as error:
        raise DataError(f"{name}: {error.strerror}; give a file with one text a line") from error
    if not found:
        raise DataError(f"{name}: holds no text; write one query a line")


def _decoded(line: bytes, where: str) -> str:
    if len(line) >= LONGEST:
        raise DataError(f"{where}: a line of {LONGEST} bytes or more; write one text a line")
    try:
        return line.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: not UTF-8 text; save the file as UTF-8") from error
