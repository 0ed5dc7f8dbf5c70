"""What a catalogue holds: how its source was read, what may have been overlooked, numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from hierhash.data.catalogue import Catalogue, Columns
from hierhash.data.images import SUFFIXES
from hierhash.data.split.split import Split
from hierhash.labels.paths import format_path
from hierhash.plain_text import plain

if TYPE_CHECKING:
    from hierhash.labels.items import ItemLabels
    from hierhash.labels.tree import LabelTree


LABEL_LIKE = (
    "department", "category", "subcategory", "sub_category", "mastercategory", "articletype",
    "article", "article_type", "product_type", "type", "class", "label", "labels", "tag", "tags",
    "genre", "family", "group", "section",
)  # fmt: skip
"""Names of columns that often hold labels."""
_LOOKED_AT = 200  # cells of a column
_SHORT = 60


def catalogue_stats(
    catalogue: Catalogue,
    tree: LabelTree | None = None,
    labels: ItemLabels | None = None,
    split: Split | None = None,
) -> dict[str, Any]:
    """Counts as a plain dictionary (JSON can hold it).

    Args:
        catalogue: n items.
        tree: With ``labels``: also counts per level and leaf.
        labels: The encoded labels.
        split: Also counts per part.

    Example:
        >>> catalogue_stats(Catalogue("shop", ["1"], [None], ["red hat"], [()]))["text_words"]
        {'mean': 2.0, 'median': 2.0, 'max': 2}
    """
    found: dict[str, Any] = {
        "name": catalogue.name,
        "items": len(catalogue),
        **_modalities(catalogue),
        "several_paths": sum(len(own) > 1 for own in catalogue.labels),
        "text_words": _summary([len(t.split()) for t in catalogue.texts if t is not None]),
        "repeated_texts": _repeated([t for t in catalogue.texts if t is not None]),
        "attributes": {name: len(set(col)) for name, col in catalogue.attributes.items()},
        "problems": dict(Counter(problem.kind for problem in catalogue.problems)),
    }
    if tree is not None and labels is not None:
        found["levels"] = [_level(level, tree, labels) for level in range(1, tree.depth + 1)]
        codes = np.asarray(labels.codes)[:, -1]
        count = np.bincount(codes[codes >= 0], minlength=len(tree.leaves)).tolist()
        found["items_per_leaf"] = _summary(count)
        found["leaves"] = {
            format_path(leaf): number for leaf, number in zip(tree.leaves, count, strict=True)
        }
    if split is not None:
        found["parts"] = {part: len(rows) for part, rows in split.parts.items()}
    return found


def _modalities(catalogue: Catalogue) -> dict[str, int]:
    image, text = catalogue.has_image, catalogue.has_text
    return {
        "image_and_text": int((image & text).sum()),
        "image_only": int((image & ~text).sum()),
        "text_only": int((~image & text).sum()),
        "labelled": sum(bool(own) for own in catalogue.labels),
    }


def _level(level: int, tree: LabelTree, labels: ItemLabels) -> dict[str, Any]:
    codes = np.asarray(labels.codes)[:, level - 1]
    known = codes[codes >= 0]
    return {
        "level": level,
        "name": tree.levels[level - 1],
        "classes": len(tree.nodes_at(level)),
        "classes_with_items": len(np.unique(known)),
        "labels": len(known),
        "stop_above": int((codes < 0).sum()),
    }


def _summary(values: list[int]) -> dict[str, float | int]:
    if not values:
        return {"mean": 0.0, "median": 0.0, "max": 0}
    return {
        "mean": round(float(np.mean(values)), 2),
        "median": float(np.median(values)),
        "max": int(max(values)),
    }


def _repeated(texts: list[str]) -> int:
    """How many items have a text that another item has too."""
    return sum(count for count in Counter(texts).values() if count > 1)


def reading_of(catalogue: Catalogue) -> dict[str, Any]:
    """What was read, as plain values for JSON.

    Example:
        >>> shop = Catalogue("shop", ["7"], [None], ["red hat"], [("Hats",)])
        >>> reading_of(shop)["items"]["text_only"], reading_of(shop)["first_item"]["text"]
        (1, 'red hat')
    """
    found: dict[str, Any] = {
        "items": {
            "all": len(catalogue),
            **_modalities(catalogue),
        }
    }
    if (columns := catalogue.columns) is not None:
        found["columns"] = {
            "id": columns.id,
            "image": columns.image,
            "text": list(columns.text),
            "labels": list(columns.labels),
            "attributes": list(columns.attributes),
        }
    if len(catalogue):
        found["first_item"] = {
            "id": catalogue.ids[0],
            "image": None if catalogue.images[0] is None else str(catalogue.images[0]),
            "text": catalogue.texts[0],
            "labels": list(catalogue.labels[0]),
        }
    return found


def told(catalogue: Catalogue) -> list[str]:
    """The same in lines for people.

    Example:
        >>> print(told(Catalogue("shop", ["7"], [None], ["red hat"], [("Hats",)]))[0])
        read: 0 items with picture and text, 0 with a picture alone, 1 with a text alone; 1 labelled
    """
    found = reading_of(catalogue)
    items = found["items"]
    lines = [
        f"read: {items['image_and_text']} items with picture and text, {items['image_only']} with "
        f"a picture alone, {items['text_only']} with a text alone; {items['labelled']} labelled"
    ]
    if "columns" in found:
        parts = [
            f"{part} from {', '.join(names) or 'no column'}"
            for part, names in _named(catalogue.columns or Columns())
        ]
        attributes = ", ".join(found["columns"]["attributes"]) or "none"
        lines.append(f"columns: {'; '.join(parts)}; kept as attributes: {attributes}")
    if "first_item" in found:
        first = found["first_item"]
        shown = [f"image {_short(first['image'], tail=True)}"] if first["image"] else []
        shown += [f"text {_short(first['text'])}"] if first["text"] else []
        labels = ", ".join(first["labels"]) or "no label"
        lines.append(f"first item: id {first['id']}, {', '.join(shown) or 'features'}, {labels}")
    return [plain(line) for line in lines]


def _named(columns: Columns) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "id", (columns.id,) if columns.id else ()
    yield "image", (columns.image,) if columns.image else ()
    yield "text", columns.text
    yield "labels", columns.labels


def _short(text: str, *, tail: bool = False) -> str:
    if len(text) <= _SHORT:
        return repr(text)
    return repr("..." + text[3 - _SHORT :] if tail else text[: _SHORT - 3] + "...")


def overlooked(catalogue: Catalogue) -> list[str]:
    """Columns that look like pictures or labels and were left as attributes, one line each.

    Example:
        >>> shop = Catalogue("shop", ["7"], [None], ["red hat"], [()], {"photo": ["7.jpg"]},
        ...                  columns=Columns(text=("title",), attributes=("photo",)))
        >>> print(overlooked(shop)[0])
        shop: column 'photo' looks like names of pictures but is not read; -o image=photo reads it
    """
    columns = catalogue.columns
    if columns is None:
        return []
    lines = []
    pictures = [name for name in columns.attributes if _holds_pictures(catalogue, name)]
    if columns.image is None and pictures:
        remedy = columns.remedy.format(part="image", names=pictures[0], column="file_name")
        lines.append(
            f"{catalogue.name}: column '{pictures[0]}' looks like names of pictures but is not "
            f"read; {remedy}"
        )
    alike = [name for name in columns.attributes if name.lower().replace(" ", "_") in LABEL_LIKE]
    if alike and not columns.labels_chosen:
        order = [*columns.labels, *alike]
        if catalogue.attributes:  # in the order of the table, where levels go from left to right
            known = list(columns.header)
            order.sort(key=lambda name: known.index(name) if name in known else len(known))
        names = " and ".join(f"'{name}'" for name in alike)
        verb = "looks like labels but is" if len(alike) == 1 else "look like labels but are"
        remedy = columns.remedy.format(part="labels", names=",".join(order), column="labels")
        word = "column" if len(alike) == 1 else "columns"
        lines.append(f"{catalogue.name}: {word} {names} {verb} not read as such; {remedy}")
    if "" in columns.header:
        lines.append(
            f"{catalogue.name}: a column without a name is left out; name it in the header"
        )
    return [plain(line) for line in lines]


def _holds_pictures(catalogue: Catalogue, name: str) -> bool:
    cells = [cell for cell in catalogue.attributes.get(name, [])[:_LOOKED_AT] if cell]
    ending = sum(cell.lower().partition("?")[0].endswith(SUFFIXES) for cell in cells)
    return ending > len(cells) / 2
