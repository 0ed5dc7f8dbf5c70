"""Rows of tables with their line numbers: CSV, TSV, JSONL or parquet."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from hierhash.errors import DataError

# A description can be long; csv's own limit of 131,072 characters is a guard, not a format rule.
csv.field_size_limit(16 * 1024 * 1024)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read_lines_text(path: Path) -> str:
    """The whole file as UTF-8 text, a byte-order mark removed.

    Raises:
        DataError: The file is missing, not readable, empty, or not UTF-8.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path}: the file does not exist; check the path") from None
    except OSError as error:
        raise DataError(f"{path}: cannot read the file ({error.strerror})") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}:{line}: not UTF-8 text; save the file as UTF-8") from None
    if not text.strip():
        raise DataError(f"{path}: the file is empty; it needs at least one row")
    return text


def jsonl_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield (line number, row) per non-blank line; a bad line yields what is wrong as a string.

    Raises:
        DataError: The file as a whole cannot be read.
    """
    for number, line in enumerate(read_lines_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "bad value"
            yield number, f"not valid JSON ({reason})"
            continue
        if not isinstance(row, dict):
            yield number, "not a JSON object {...}"
        elif _SURROGATE.search(line) and not _is_text(row):
            yield number, "holds half a character (a lone \\ud800 to \\udfff); write it out"
        else:
            yield number, row


def _is_text(row: Any) -> bool:
    """Whether all of a row can be written as UTF-8, which half a surrogate pair cannot."""
    try:
        json.dumps(row, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def csv_header_and_rows(
    path: Path, delimiter: str = ","
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The header and an iterator of (line number where the row starts, cells); blank rows skipped.

    Raises:
        DataError: The file cannot be read, has no header, repeats a column, or breaks CSV rules.
    """
    text = read_lines_text(path)
    if "\0" in text:
        raise DataError(f"{path}: holds NUL bytes, so it is not a CSV file; export it again")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [cell.strip() for cell in next(reader, [])]
    repeated = sorted(name for name, count in Counter(header).items() if name and count > 1)
    if repeated:
        raise DataError(f"{path}:1: column '{repeated[0]}' appears twice; rename one of them")

    def rows() -> Iterator[tuple[int, list[str]]]:
        start = reader.line_num + 1
        try:
            for cells in reader:
                if cells and any(cell.strip() for cell in cells):
                    yield start, cells
                start = reader.line_num + 1
        except csv.Error as error:
            raise DataError(f"{path}:{start}: broken CSV ({error}); check the quotes") from None

    return header, rows()


Rows = Iterable[tuple[int, dict[str, Any] | str]]


def table_rows(path: Path) -> tuple[list[str], Rows]:
    """Column names and (line, row or what is wrong with it) of a table of any kind.

    Raises:
        DataError: The file cannot be read or has no rows.
    """
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        found = list(jsonl_rows(path))
        header = list(
            dict.fromkeys(chain.from_iterable(row for _, row in found if isinstance(row, dict)))
        )
        if not header:
            raise DataError(f"{path}: no line holds a JSON object; is it JSONL?")
        return header, found
    if suffix == ".parquet":
        return _parquet(path)
    if suffix not in (".csv", ".tsv"):
        raise DataError(f"{path}: not a .csv, .tsv, .jsonl or .parquet file")
    header, cells = csv_header_and_rows(path, "\t" if suffix == ".tsv" else ",")
    return header, _csv_rows(header, cells)


def _csv_rows(
    header: list[str], lines: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, dict[str, Any] | str]]:
    for line, cells in lines:
        if len(cells) == len(header):
            yield line, dict(zip(header, cells, strict=True))
        else:
            yield line, f"{len(cells)} cells where the header has {len(header)}"


def _parquet(path: Path) -> tuple[list[str], Rows]:
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise DataError(f"{path}: parquet needs pyarrow: pip install 'hierhash[tables]'") from None
    if not path.is_file():
        raise DataError(f"{path}: the file does not exist; check the path")
    try:
        table = parquet.read_table(path)
    except Exception as error:  # pyarrow has many kinds, some of them plain OSError
        raise DataError(
            f"{path}: not a readable parquet file, export it again ({_first_line(error)})"
        ) from None
    return list(table.column_names), enumerate(table.to_pylist(), start=1)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:120]
