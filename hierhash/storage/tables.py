"""Rows of tables with their line numbers: CSV, TSV, JSONL or parquet."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from hierhash.errors import DataError
from hierhash.storage.csv_lines import Numbered, read_csv
from hierhash.storage.text_files import read_text

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


Rows = Iterable[tuple[int, dict[str, Any] | str]]


def jsonl_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield (line number, row) per non-blank line; a bad line yields what is wrong as a string.

    Raises:
        DataError: The file as a whole cannot be read.
    """
    text = read_text(path, DataError)
    if not text.strip():
        raise DataError(f"{path}: the file is empty; it needs at least one row")
    for number, line in enumerate(text.split("\n"), start=1):
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
    header, cells = read_csv(path, DataError, delimiter="\t" if suffix == ".tsv" else ",")
    return header, _csv_rows(header, cells)


def _csv_rows(header: list[str], lines: Numbered) -> Iterator[tuple[int, dict[str, Any] | str]]:
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
