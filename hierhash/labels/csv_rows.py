"""The rows of a CSV file with their line numbers, read one by one."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hierhash.errors import TreeError
from hierhash.labels.paths import clean_name

_ALIAS = re.compile(r"(?:[^|\\]|\\.|\\$)+")
_ESCAPED = re.compile(r"\\([|\\])")


@dataclass(frozen=True)
class Row:
    """One row: its place ``FILE:LINE`` and its cells by column, without outer white space."""

    where: str
    cells: dict[str, str]


def read_rows(path: str | os.PathLike[str]) -> tuple[list[str], Iterator[Row]]:
    """The columns and rows of a CSV file with a header line; blank lines are skipped.

    Raises:
        TreeError: No header, two columns of one name; while reading: not UTF-8, broken quotes, or
            every row that has too many cells.
    """
    return parse_rows(_lines(path), str(path))


def _lines(path: str | os.PathLike[str]) -> Iterator[str]:
    """The lines of a UTF-8 file as they are, so that a file of any size takes little memory."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            yield from file
    except UnicodeDecodeError:
        raise TreeError(f"{path}: not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise TreeError(f"{path}: {error.strerror or error}; give a readable file") from None


def parse_rows(lines: Iterable[str], source: str) -> tuple[list[str], Iterator[Row]]:
    r"""The columns and rows of CSV text given line by line; see `read_rows`.

    Example:
        >>> columns, rows = parse_rows(["path\n", "A/b\n", "\n", "A/c\n"], "t.csv")
        >>> columns, [(row.where, row.cells["path"]) for row in rows]
        (['path'], [('t.csv:2', 'A/b'), ('t.csv:4', 'A/c')])
    """
    numbered = _numbered(lines, source)
    first = next(numbered, None)
    if first is None:
        raise TreeError(f"{source}:1: no header line; name the columns in the first line")
    columns = [clean_name(cell) for cell in first[1]]
    if len(set(columns)) < len(columns) or "" in columns:
        raise TreeError(f"{source}:1: columns must have different names; correct the header")
    return columns, _rows(columns, numbered, source)


def _rows(
    columns: list[str], numbered: Iterable[tuple[int, list[str]]], source: str
) -> Iterator[Row]:
    problems = []
    for line, cells in numbered:
        where = f"{source}:{line}"
        if len(cells) > len(columns):
            problems.append(
                f"{where}: {len(cells)} cells for {len(columns)} columns; quote a cell with commas"
            )
        filled = [*map(clean_name, cells), *[""] * (len(columns) - len(cells))]
        yield Row(where, dict(zip(columns, filled, strict=False)))
    if problems:
        raise TreeError(problems)


def _numbered(lines: Iterable[str], source: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, with the line on which each starts."""
    reader = csv.reader(lines, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise TreeError(f"{source}:{line}: not valid CSV; correct the quotes ({error})") from None


def join_aliases(aliases: Iterable[str]) -> str:
    r"""The cell of a node's aliases; a ``|`` inside one is written ``\|``, a backslash ``\\``.

    Example:
        >>> print(join_aliases(["a", "b|c"]))
        a|b\|c
    """
    return "|".join(alias.replace("\\", "\\\\").replace("|", "\\|") for alias in aliases)


def split_aliases(cell: str) -> tuple[str, ...]:
    r"""The aliases in a cell: the reverse of `join_aliases`; empty ones are left out.

    Example:
        >>> split_aliases(r"a| b\|c |")
        ('a', 'b|c')
    """
    found = [_ESCAPED.sub(r"\1", part).strip() for part in _ALIAS.findall(cell)]
    return tuple(alias for alias in found if alias)


def format_rows(columns: list[str], rows: list[list[str]]) -> str:
    r"""CSV text with a header line.

    Example:
        >>> format_rows(["path"], [["A"], ["a, b"]])
        'path\nA\n"a, b"\n'
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
