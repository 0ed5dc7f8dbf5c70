"""Tables: CSV, TSV, JSONL or parquet with columns for picture, text, labels and id."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hierhash.data.catalogue import (
    DROPPED,
    NO_IMAGE,
    NO_LABEL,
    Catalogue,
    CatalogueBuilder,
    Columns,
)
from hierhash.data.images import ImageRef, Pictures
from hierhash.errors import DataError, did_you_mean
from hierhash.labels.paths import format_path
from hierhash.storage.inside_folder import INSIDE, check_links
from hierhash.storage.tables import Rows, table_rows

KNOWN = {
    "id": ("id", "item_id", "sku", "uid"),
    "image": ("image", "file_name", "filename", "image_path", "img", "picture"),
    "text": ("text", "title", "caption", "description", "name"),
    "labels": ("labels", "label", "path", "category_path", "category", "class"),
}
"""Column names that are recognised when the user names none, the first found wins."""


def choose_columns(
    table: Path,
    header: Sequence[str],
    *,
    item_id: str | None = None,
    image: str | None = None,
    text: str | Sequence[str] | None = None,
    labels: str | Sequence[str] | None = None,
) -> Columns:
    """Columns as asked, else those with well-known names; the rest are attributes.

    Raises:
        DataError: A named column does not exist, or there is neither image nor text.

    Example:
        >>> choose_columns(Path("shop.csv"), ["sku", "title", "colour"]).text
        ('title',)
    """
    asked = {
        "id": _listed(item_id),
        "image": _listed(image),
        "text": _listed(text),
        "labels": _listed(labels),
    }
    named = bool(asked["labels"])
    problems = [
        f"{table}:1: no column '{name}' for {part}{did_you_mean(name, header)}"
        for part, names in asked.items()
        for name in names
        if name not in header
    ]
    if problems:
        raise DataError(problems)
    taken = {name for names in asked.values() for name in names}
    for part, names in asked.items():
        known = [name for name in KNOWN[part] if name in header and name not in taken]
        if not names and known:
            asked[part] = (known[0],)
            taken.add(known[0])
    if not asked["image"] and not asked["text"]:
        raise DataError(
            f"{table}:1: no column of images or texts among {', '.join(header[:12])}; "
            "name them (image=..., text=...)"
        )
    return Columns(
        id=next(iter(asked["id"]), None),
        image=next(iter(asked["image"]), None),
        text=asked["text"],
        labels=asked["labels"],
        attributes=tuple(name for name in header if name and name not in taken),
        header=tuple(header),
        labels_chosen=named or asked["labels"][:1] in (("labels",), ("path",)),
    )


def _listed(value: str | Sequence[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


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


def label_strings(value: Any, *, separator: str = "|", one_path: bool = False) -> tuple[str, ...]:
    """Label strings from a cell.

    Args:
        value: None; text, where ``separator`` stands between several labels; or a list of texts.
            A list inside the list is one path given name by name.
        separator: Between labels in a text.
        one_path: A list is the names of one path, not several labels.

    Raises:
        ValueError: Not text, a number, or a list of such.

    Example:
        >>> label_strings("Apparel/Topwear | Sale")
        ('Apparel/Topwear', 'Sale')
        >>> label_strings(["Apparel", "Topwear"], one_path=True)
        ('Apparel/Topwear',)
    """
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(separator) if part.strip())
    if isinstance(value, bool | float | dict):
        raise ValueError("labels must be text or a list of texts")
    if isinstance(value, int):
        return (str(value),)
    if one_path:
        path = _names(value)
        return (format_path(path),) if path else ()
    return tuple(
        label
        for part in value
        for label in ((format_path(_names(part)),) if isinstance(part, list) else _names([part]))
        if label
    )


def _names(values: Sequence[Any]) -> tuple[str, ...]:
    if any(isinstance(value, dict | list | float | bool) or value is None for value in values):
        raise ValueError("labels must be text or a list of texts")
    return tuple(str(value).strip() for value in values if str(value).strip())
