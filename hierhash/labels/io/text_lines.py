"""The lines of a taxonomy in a text file: numbered, without comments and blank ones."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """A line without what ends it, and its place ``FILE:LINE``."""

    text: str
    where: str


def taxonomy_lines(text: str, source: str) -> list[Line]:
    r"""The lines that hold something; those that begin with ``#`` are comments.

    Example:
        >>> [line.where for line in taxonomy_lines("# v1\n\nA > B\n", "t.txt")]
        ['t.txt:3']
    """
    numbered = enumerate(text.splitlines(), start=1)
    return [
        Line(line.rstrip(), f"{source}:{number}")
        for number, line in numbered
        if line.strip() and not line.lstrip().startswith("#")
    ]
