"""Tables: CSV, TSV, JSONL or parquet with columns for picture, text, labels and id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from hierhash.data.builder import CatalogueBuilder
from hierhash.data.columns import Columns, choose_columns
from hierhash.data.inside import INSIDE, check_links
from hierhash.data.label_cells import label_strings
from hierhash.data.pictures import Pictures
from hierhash.data.problems import DROPPED, NO_IMAGE, NO_LABEL
from hierhash.data.records import Catalogue, ImageRef
from hierhash.data.rows import csv_header_and_rows, jsonl_rows
from hierhash.errors import DataError
from hierhash.labels.paths import format_path

Rows = Iterable[tuple[int, dict[str, Any] | str]]


def read_table(
    path: Path,
    *,
    image: str | None = None,
    text: str | Sequence[str] | None = None,
    labels: str | Sequence[str] | None = None,
    item_id: str | None = None,
    images: Path | None = None,
    separator: str = "|",
    links: str = INSIDE,
) -> Catalogue:
    """Read a table of items.

    Args:
        path: A .csv, .tsv, .jsonl or .parquet file.
        image: Column of picture names; default: a well-known name such as ``image``.
        text: Column of texts; several columns are joined with a space.
        labels: Column of labels, several in a cell with ``separator`` between them or as a list;
            several columns are the levels of one path.
        item_id: Column of ids; default: a well-known name, else the line number.
        images: Folder or zip archive of the pictures; default: the folder of the table.
        separator: Between several labels in a cell.
        links: ``inside``: pictures lie in that folder, all links resolved; ``follow``: anywhere.

    Returns:
        The catalogue; columns that are not used become attributes.

    Raises:
        DataError: The file cannot be read, or a named column is missing.
    """
    check_links(links)
    header, rows = table_rows(path)
    columns = choose_columns(path, header, item_id=item_id, image=image, text=text, labels=labels)
    pictures = Pictures(images or path.parent, links) if columns.image else None
    builder = CatalogueBuilder(path.stem)
    add_rows(builder, path, rows, columns, pictures, separator)
    return builder.build(columns=columns)


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


def add_rows(
    builder: CatalogueBuilder,
    path: Path,
    rows: Rows,
    columns: Columns,
    pictures: Pictures | None,
    separator: str = "|",
) -> None:
    """Add the rows of a table to a catalogue, noting what is wrong with each."""
    for line, row in rows:
        where = f"{path}:{line}"
        if isinstance(row, str):
            builder.note(where, row, DROPPED, "broken row")
            continue
        item_id = _text(row.get(columns.id)) if columns.id else str(line)
        if not item_id:
            builder.note(where, "the id is empty", DROPPED, "empty id")
            continue
        builder.add(
            where,
            item_id,
            _image(builder, where, row, columns, pictures),
            " ".join(filter(None, (_text(row.get(name)) for name in columns.text)))
            if any(row.get(name) is not None for name in columns.text)
            else None,
            _labels(builder, where, row, columns, separator),
            {name: _text(row.get(name)) for name in columns.attributes},
        )


def _image(
    builder: CatalogueBuilder,
    where: str,
    row: dict[str, Any],
    columns: Columns,
    pictures: Pictures | None,
) -> ImageRef | None:
    name = _text(row.get(columns.image)) if columns.image else ""
    if not name or pictures is None:
        return None
    image = pictures.find(name)
    if isinstance(image, str):
        builder.note(where, image, NO_IMAGE, "missing image")
        return None
    return image


def _labels(
    builder: CatalogueBuilder, where: str, row: dict[str, Any], columns: Columns, separator: str
) -> tuple[str, ...]:
    if len(columns.labels) > 1:
        names = tuple(name for column in columns.labels if (name := _text(row.get(column))))
        return (format_path(names),) if names else ()
    if not columns.labels:
        return ()
    column = columns.labels[0]
    try:
        return label_strings(
            row.get(column), separator=separator, one_path=column in ("path", "category_path")
        )
    except (ValueError, TypeError) as error:
        builder.note(where, str(error), NO_LABEL, "bad label cell")
        return ()


def _text(value: Any) -> str:
    """A cell as text: nested values are not attributes, whole floats lose their '.0'."""
    if value is None or isinstance(value, dict | list | bytes):
        return ""
    if isinstance(value, float):
        if value != value:  # NaN, how tables write a missing cell
            return ""
        if value.is_integer():
            return str(int(value))
    return str(value).strip()
