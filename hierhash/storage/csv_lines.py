"""CSV files: rows with the line on which each starts, and text that a spreadsheet does not run."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from hierhash.errors import InputError
from hierhash.storage.text_files import text_lines

Numbered = Iterator[tuple[int, list[str]]]
"""The line on which a row starts, and its cells."""

# A description can be long; csv's own limit of 131,072 characters is a guard, not a format rule.
csv.field_size_limit(16 * 1024 * 1024)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read_csv(
    path: str | os.PathLike[str],
    error: type[InputError],
    *,
    delimiter: str = ",",
    strict: bool = False,
) -> tuple[list[str], Numbered]:
    """The header and the rows of a CSV file, read one by one; blank rows are skipped.

    Args:
        path: The file.
        error: What is raised.
        delimiter: Between cells.
        strict: Quotes inside a cell that is not quoted as a whole are refused.

    Raises:
        InputError: Of that kind: the file cannot be read, is empty or repeats a column; while
            reading: it is not UTF-8, or its quotes are broken.
    """
    return parse_csv(text_lines(path, error), str(path), error, delimiter=delimiter, strict=strict)


def parse_csv(
    lines: Iterable[str],
    name: str,
    error: type[InputError],
    *,
    delimiter: str = ",",
    strict: bool = False,
) -> tuple[list[str], Numbered]:
    r"""The header and the rows of CSV text given line by line; see `read_csv`.

    Example:
        >>> header, rows = parse_csv(["path\n", "A/b\n", "\n", "A/c\n"], "t.csv", InputError)
        >>> header, list(rows)
        (['path'], [(2, ['A/b']), (4, ['A/c'])])
    """
    reader = csv.reader(_checked(lines, name, error), delimiter=delimiter, strict=strict)
    numbered = _numbered(reader, name, error)
    line, first = next(numbered, (0, []))
    if not first:
        raise error(f"{name}: the file is empty; it needs at least one row")
    header = [cell.strip() for cell in first]
    repeated = sorted(cell for cell, count in Counter(header).items() if cell and count > 1)
    if repeated:
        raise error(f"{name}:{line}: column '{repeated[0]}' appears twice; rename one of them")
    return header, numbered


def _checked(lines: Iterable[str], name: str, error: type[InputError]) -> Iterator[str]:
    for line in lines:
        if "\0" in line:
            raise error(f"{name}: holds NUL bytes, so it is not a CSV file; export it again")
        yield line


def _numbered(reader: Any, name: str, error: type[InputError]) -> Numbered:
    """The rows that hold something."""
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as wrong:
        raise error(f"{name}:{line}: not valid CSV; correct the quotes ({wrong})") from None


def format_csv(columns: list[str], rows: list[list[str]]) -> str:
    r"""CSV text with a header line.

    Example:
        >>> format_csv(["path"], [["A"], ["a, b"]])
        'path\nA\n"a, b"\n'
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def safe_cell(text: str) -> str:
    """The text, with ``'`` before it where a spreadsheet would run it as a formula.

    Example:
        >>> safe_cell("=HYPERLINK(1)"), safe_cell("red shoes")
        ("'=HYPERLINK(1)", 'red shoes')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
