"""Numbers about a catalogue: modalities, texts, items per leaf, per level, per part."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from hierhash.data.records import Catalogue
from hierhash.data.splits import Split
from hierhash.labels.paths import format_path

if TYPE_CHECKING:
    from hierhash.labels.items import ItemLabels
    from hierhash.labels.tree import LabelTree


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
    image, text = catalogue.has_image, catalogue.has_text
    found: dict[str, Any] = {
        "name": catalogue.name,
        "items": len(catalogue),
        "image_and_text": int((image & text).sum()),
        "image_only": int((image & ~text).sum()),
        "text_only": int((~image & text).sum()),
        "labelled": sum(bool(own) for own in catalogue.labels),
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
