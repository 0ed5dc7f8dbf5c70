"""Ranking metrics under a real score, largest first: real queries against codes, or float vectors.

Items of one code score the same for every query, so distinct codes are scored once and their items
counted by level; items of equal score share a tie group.

Memory: CHUNK x distinct items x (L + 1) counts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.distances import Distance, Floats
from hierhash.labels.items import ItemLabels
from hierhash.labels.relevance import relevance_levels
from hierhash.metrics.canonical import canonical_scores
from hierhash.metrics.groups import RankedGroups
from hierhash.metrics.retrieval_suite import (
    CURVE_RANKS,
    DirectionResult,
    K,
    PerQuery,
    direction_result,
    group_scores,
    leaf_of,
    rank_curve,
)

CHUNK = 8


def evaluate_scores(
    queries: Floats,
    stored: NDArray[np.uint8] | Floats,
    distance: Distance,
    query_labels: ItemLabels,
    database_labels: ItemLabels,
    canonical: bool = False,
) -> DirectionResult:
    """The tie-aware metrics when items are ranked by a distance's score of them.

    Args:
        queries: float32 (q, d), as a method codes queries.
        stored: Codes or vectors of n items.
        distance: Its ``scorer`` ranks.
        query_labels: Labels of the queries.
        database_labels: Labels of the items.
        canonical: Also the values under the canonical order: equal scores by row number.

    Raises:
        ValueError: The stored items do not fit the distance.

    Example:
        >>> from hierhash.codes.distances import Dot
        >>> from hierhash.labels.tree import LabelTree
        >>> labels = LabelTree.from_nested(["a", "b"], name="t").encode([["a"], ["b"]])
        >>> vectors = np.eye(2, dtype=np.float32)
        >>> evaluate_scores(vectors, vectors, Dot(2), labels, labels).means["map_leaf"]
        1.0
    """
    distinct, group = _distinct(stored)
    scores_of = distance.scorer(distinct)
    depth = database_labels.depth
    ranks = [k for k in CURVE_RANKS if k <= len(stored)]
    chunks: list[PerQuery] = []
    by_rank: list[NDArray[np.float64]] = []
    for start in range(0, len(queries), CHUNK):
        rows = slice(start, min(start + CHUNK, len(queries)))
        scores = scores_of(queries[rows])
        levels = relevance_levels(query_labels, database_labels, rows)
        groups = _groups(scores, group, levels, depth)
        own = group_scores(groups)
        if canonical:
            ordered = canonical_scores(-scores[:, group], levels, depth, K)
            own |= {f"canonical/{name}": value for name, value in ordered.items()}
        chunks.append(own)
        by_rank.append(rank_curve(groups, ranks))
    per_query = {name: np.concatenate([c[name] for c in chunks]) for name in chunks[0]}
    per_query["leaf"] = leaf_of(query_labels)
    return direction_result(per_query, ranks, np.concatenate(by_rank), np.zeros((3, 0)))


def _distinct(
    stored: NDArray[np.uint8] | Floats,
) -> tuple[NDArray[Any], NDArray[np.integer[Any]]]:
    """Each code once, and the place of each item's; float vectors are hardly ever equal."""
    if stored.dtype != np.uint8:
        return stored, np.arange(len(stored))
    distinct, group = np.unique(stored, axis=0, return_inverse=True)
    return distinct, group.ravel()


def _groups(
    scores: Floats, group: NDArray[np.integer[Any]], levels: NDArray[np.int8], depth: int
) -> RankedGroups:
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked = np.take_along_axis(scores, order, axis=1)
    # Different codes may score the same, above all where outputs are cut to -1 and 1: one group.
    fresh = np.zeros_like(order)
    fresh[:, 1:] = ranked[:, 1:] != ranked[:, :-1]
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.cumsum(fresh, axis=1), axis=1)
    cells = scores.shape[1] * (depth + 1)
    counts = np.stack(
        [
            np.bincount(where[group] * (depth + 1) + own, minlength=cells)
            for where, own in zip(place, levels, strict=True)
        ]
    )
    return RankedGroups(counts.reshape(len(scores), scores.shape[1], depth + 1))
