"""What a search page needs to know of an index before anything is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hierhash.labels.tree import LabelTree
from hierhash.retrieval.columns import number_of
from hierhash.retrieval.run_files import read_config
from hierhash.retrieval.store import Store
from hierhash.retrieval.weighing import chosen_weights

FEW, RANGE = 50, 12
"""Values that a column may have to be offered one by one; more numbers than RANGE are a range."""


def about(store: Store, name: str, trees: Mapping[str, LabelTree]) -> dict[str, Any]:
    """Name, size, trees, columns and segments of an index.

    Args:
        store: The index.
        name: How the page calls it.
        trees: What its items are filed in, by ``category`` and the facets' names.
    """
    return {
        "name": name,
        "items": len(store),
        "bits": store.manifest["bits"],
        "unit": "level" if store.distance.name == "tree" else "bit",
        "segments": dict(store.manifest.get("segments", {})),
        "weights": chosen_weights(store.run),
        "trees": [{"name": tree, "nodes": list(own.nodes)} for tree, own in trees.items()],
        "columns": _columns(store),
    }


def _columns(store: Store) -> list[dict[str, Any]]:
    """Columns of few values, and those of numbers; not those that are facets already."""
    facets = read_config(store.run).get("facets")
    taken = {own.get("column") for own in facets.values()} if isinstance(facets, Mapping) else set()
    found: list[dict[str, Any]] = []
    for column in store.columns():
        values = [] if column in taken else store.values(column)
        numbers = [number_of(one) for one in values]
        if len(values) > RANGE and all(one == one for one in numbers):  # a number equals itself
            least, most = min(numbers), max(numbers)
            found.append({"name": column, "kind": "number", "least": least, "most": most})
        elif 2 <= len(values) <= FEW:
            found.append({"name": column, "kind": "values"})
    return found
