"""The rows of a CSV file with their line numbers."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass

from hierhash.errors import TreeError
from hierhash.labels.files import read_text
from hierhash.labels.paths import clean_name


@dataclass(frozen=True)
class Row:
    """One row: its place ``FILE:LINE`` and its cells by column, without outer white space."""

    where: str
    cells: dict[str, str]


def read_rows(path: str | os.PathLike[str]) -> tuple[list[str], list[Row]]:
    """The columns and rows of a CSV file with a header line; blank lines are skipped.

    Raises:
        TreeError: No header, two columns of one name, or every row that has too many cells.
    """
    return parse_rows(read_text(path), str(path))


def parse_rows(text: str, source: str) -> tuple[list[str], list[Row]]:
    r"""The columns and rows of CSV text; see `read_rows`.

    Example:
        >>> columns, rows = parse_rows("path\nA/b\n\nA/c\n", "t.csv")
        >>> columns, [(row.where, row.cells["path"]) for row in rows]
        (['path'], [('t.csv:2', 'A/b'), ('t.csv:4', 'A/c')])
    """
    numbered = list(_numbered(text, source))
    if not numbered:
        raise TreeError(f"{source}:1: no header line; name the columns in the first line")
    columns = [clean_name(cell) for cell in numbered[0][1]]
    if len(set(columns)) < len(columns) or "" in columns:
        raise TreeError(f"{source}:1: columns must have different names; correct the header")
    problems, rows = [], []
    for line, cells in numbered[1:]:
        where = f"{source}:{line}"
        if len(cells) > len(columns):
            problems.append(
                f"{where}: {len(cells)} cells for {len(columns)} columns; quote a cell with commas"
            )
        filled = [*map(clean_name, cells), *[""] * len(columns)]
        rows.append(Row(where, dict(zip(columns, filled, strict=False))))
    if problems:
        raise TreeError(problems)
    return columns, rows


def _numbered(text: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, with the line on which each starts."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise TreeError(f"{source}:{line}: not valid CSV: {error}; correct the quotes") from None


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
