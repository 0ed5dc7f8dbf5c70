"""How many items each node and each value would leave, beside what was chosen already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hierhash.labels.facets import CATEGORY
from hierhash.retrieval.conditions import Below, Condition
from hierhash.serving.opening import OpenedIndex


def counts(opened: OpenedIndex, under: str, where: Sequence[str]) -> dict[str, Any]:
    """Counts of every tree and of every column of few values, as JSON.

    Each is counted under all conditions but its own, so that the values beside a chosen one show
    what choosing them would leave.

    Args:
        opened: The index.
        under: A node of the category's tree; "" for any.
        where: Conditions.

    Raises:
        InputError: There is no such node, value or column.
    """
    session = opened.session
    store = session.store
    with store.reading():
        met = session.wish(under=under or None, where=[one for one in where if one.strip()]).where
        every = [one["name"] for one in opened.about["columns"] if one["kind"] == "values"]
        trees = {
            name: [[list(node), n] for node, n in store.counts(name, _others(met, name)).items()]
            for name in (CATEGORY, *session.facets)
        }
        columns = {
            name: [[value, n] for (value,), n in store.counts(name, _others(met, name)).items()]
            for name in every
        }
        return {"items": store.count(met), "trees": trees, "columns": columns}


def _others(where: Sequence[Condition], name: str) -> list[Condition]:
    """The conditions that are not about a tree or a column."""
    return [one for one in where if (one.tree if isinstance(one, Below) else one.column) != name]
