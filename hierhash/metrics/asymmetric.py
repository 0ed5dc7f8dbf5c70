"""Ranking metrics under the asymmetric score: real-valued query outputs against binary codes.

Items of one code score the same for every query, so distinct codes are scored once and their items
counted by level; codes of equal score share a tie group.

Memory: CHUNK x distinct codes x (L + 1) counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.packing import Codes, check_codes, unpack
from hierhash.labels.items import ItemLabels
from hierhash.labels.relevance import relevance_levels
from hierhash.metrics.groups import RankedGroups
from hierhash.metrics.retrieval_suite import (
    PerQuery,
    group_scores,
    leaf_of,
    macro_mean,
    mean_defined,
)

CHUNK = 8


def evaluate_asymmetric(
    outputs: NDArray[np.float32],
    database: Codes,
    bits: int,
    query_labels: ItemLabels,
    database_labels: ItemLabels,
) -> dict[str, float]:
    """Means of the tie-aware metrics when items are ranked by <f(q), b>, largest first.

    Args:
        outputs: (q, bits), real outputs of the queries, scaled to at most 1 in magnitude each so
            that no single bit decides (t = clip(f, -1, 1), the weighting of SHOH).
        database: Packed codes of n items.
        bits: Length of the codes.
        query_labels: Labels of the queries.
        database_labels: Labels of the items.

    Raises:
        ValueError: The codes are not of that length.
    """
    check_codes(database, bits)
    distinct, group = np.unique(database, axis=0, return_inverse=True)
    signs = unpack(distinct, bits).astype(np.float32)
    depth = database_labels.depth
    chunks: list[PerQuery] = []
    for start in range(0, len(outputs), CHUNK):
        rows = slice(start, min(start + CHUNK, len(outputs)))
        scores = np.clip(outputs[rows], -1.0, 1.0) @ signs.T
        levels = relevance_levels(query_labels, database_labels, rows)
        chunks.append(group_scores(_groups(scores, group.ravel(), levels, depth)))
    per_query = {name: np.concatenate([c[name] for c in chunks]) for name in chunks[0]}
    means = {name: mean_defined(values) for name, values in per_query.items()}
    means["map_leaf_macro"] = macro_mean(per_query["map_leaf"], leaf_of(query_labels))
    return means


def _groups(
    scores: NDArray[np.float32], group: NDArray[np.int64], levels: NDArray[np.int8], depth: int
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
