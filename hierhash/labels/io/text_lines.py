"""The lines of a taxonomy in a text file: numbered, without comments and blank ones."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """A line without what ends it, and its place ``FILE:LINE``."""

    text: str
    where: str


def taxonomy_lines(text: str, source: str) -> list[Line]:
    r"""The lines that hold something, without comments: ``# ...``, or any ``#`` before the first.

    Example:
        >>> [line.text for line in taxonomy_lines("#v1\n\nA > B\n#1 hits\n", "t.txt")]
        ['A > B', '#1 hits']
    """
    lines: list[Line] = []
    # Other marks that Unicode breaks lines at may stand in names.
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        own = line.strip()
        is_comment = own.startswith("#") and (not lines or own[1:2] in ("", " ", "\t", "#"))
        if own and not is_comment:
            lines.append(Line(line.rstrip(), f"{source}:{number}"))
    return lines
