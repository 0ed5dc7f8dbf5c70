"""Scores of methods with facets: each facet by its own segment, and all together.

``joint@10`` is the expected share of the first ten items, by the distance of the whole code, that
match the query's leaf and its value of every facet; queries of which one is unknown, or that
nothing matches, are left out. ``NAME_map`` is the mean average precision of a facet's values by its
segment alone. ``shipped@10`` is joint@10 of a search as it ships: see ``shipped_search``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from hierhash.bench.scores import CROSS, direction_scores, directions_of
from hierhash.bench.shipped_search import shipped_precision
from hierhash.bench.trained import Rows, encode_items
from hierhash.labels.items import ItemLabels
from hierhash.methods.faceted import parts_of
from hierhash.methods.method import Method
from hierhash.prepare import Prepared


def joint_labels(parts: Sequence[ItemLabels]) -> ItemLabels:
    """Items by what they are in all trees at once: one class a combination of leaves.

    An item of several leaves or values has every combination; one without a leaf in some tree is
    unlabelled.

    Args:
        parts: Labels of the same n items in each tree.

    Example:
        >>> leaf = ItemLabels(np.array([[0], [1], [0]]), np.array([0, 1, 2, 3]))
        >>> colour = ItemLabels(np.array([[5], [5]]), np.array([0, 1, 2, 2]))
        >>> joint_labels([leaf, colour]).counts.tolist()
        [1, 1, 0]
    """
    numbers: dict[tuple[int, ...], int] = {}
    codes: list[int] = []
    offsets = np.zeros(parts[0].n + 1, dtype=np.int64)
    for item in range(parts[0].n):
        own = [_leaves(labels, item) for labels in parts]
        codes += [numbers.setdefault(key, len(numbers)) for key in product(*own)]
        offsets[item + 1] = len(codes)
    return ItemLabels(np.asarray(codes, dtype=np.int32).reshape(-1, 1), offsets)


def _leaves(labels: ItemLabels, item: int) -> list[int]:
    codes = labels.codes[labels.offsets[item] : labels.offsets[item + 1], -1]
    return [int(one) for one in codes if one >= 0]


def facet_scores(
    method: Method, prepared: Prepared, queries: Rows, database: Rows
) -> dict[str, dict[str, float]]:
    """By direction ``joint@10``, ``joint_n`` (its queries), ``NAME_map``s and ``shipped@10``.

    The last is of texts and pictures that ask the other, by methods whose queries are real.

    Args:
        method: Fitted, with facets.
        prepared: Its data.
        queries: Items that ask.
        database: Items that answer.
    """
    whole = encode_items(method, prepared, queries, database)
    joint = joint_labels([prepared.labels, *(one.labels for one in prepared.facets.values())])
    together = replace(prepared, labels=joint)
    facets = {
        name: encode_items(part, prepared, queries, database)
        for name, part in parts_of(method).items()
        if name in prepared.facets
    }
    found: dict[str, dict[str, float]] = {}
    for direction in directions_of(whole):
        scores = direction_scores(whole, together, direction, queries, database, False)
        counted = ~np.isnan(scores.per_query["precision@10"])
        own = {"joint@10": scores.means["precision@10"], "joint_n": float(counted.sum())}
        for name, trained in facets.items():
            alone = replace(prepared, labels=prepared.facets[name].labels)
            facet = direction_scores(trained, alone, direction, queries, database, False)
            own[f"{name}_map"] = facet.means["map_leaf"]
        if direction in CROSS:
            shipped = shipped_precision(whole, prepared, joint, direction, queries, database)
            if not np.isnan(shipped):
                own["shipped@10"] = shipped
        found[direction] = {name: round(value, 5) for name, value in own.items()}
    return found
