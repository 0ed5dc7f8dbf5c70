"""Which column of a table is which part of an item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hierhash.errors import DataError, did_you_mean

KNOWN = {
    "id": ("id", "item_id", "sku", "uid"),
    "image": ("image", "file_name", "filename", "image_path", "img", "picture"),
    "text": ("text", "title", "caption", "description", "name"),
    "labels": ("labels", "label", "path", "category_path", "category", "class"),
}
"""Column names that are recognised when the user names none, the first found wins."""


@dataclass(frozen=True)
class Columns:
    """Column names; None or () = the table has no such column.

    Attributes:
        id: Column of ids.
        image: Column of picture names.
        text: Columns whose texts are joined.
        labels: One column of labels, or the columns of the levels of one path.
        attributes: Columns of side attributes.
        header: All columns in the order of the table.
        labels_chosen: The labels are what the user named, or a column that is called so: other
            columns are no labels that were overlooked.
        remedy: How a column is made part of the items, with ``{part}``, ``{names}``, ``{column}``.
    """

    id: str | None = None
    image: str | None = None
    text: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    labels_chosen: bool = False
    remedy: str = "-o {part}={names} reads it"


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
