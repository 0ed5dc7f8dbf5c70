"""Ranking metrics under the canonical order: by distance, then by the item's row number.

They are what a user sees from any hierhash index; beside the tie-aware values they show how much
of a score is luck in the order of ties. One sort per query, integers of one or two bytes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.metrics.groups import Scores
from hierhash.metrics.hierarchical_ap import hierarchical_ap


def canonical_levels(distances: NDArray[Any], levels: NDArray[np.int8]) -> NDArray[np.int8]:
    """Each query's levels, int8 of shape (q, n), nearest item first, ties by row number."""
    order = np.argsort(distances, axis=1, kind="stable")  # a radix sort for one- or two-byte ints
    return np.take_along_axis(levels, order, axis=1)


def canonical_scores(
    distances: NDArray[Any], levels: NDArray[np.int8], depth: int, k: int = 100
) -> dict[str, Scores]:
    """AP per level, H-AP and NDCG@k of each query under the canonical order.

    Args:
        distances: Shape (q, n), integers.
        levels: int8 of shape (q, n), 0..depth.
        depth: L.
        k: Cut of NDCG.

    Returns:
        ``map_level_1`` ... ``map_level_L`` (and ``map_leaf``, the last), ``hap``, ``ndcg``: float64
        of shape (q,), NaN where the query has nothing relevant.

    Example:
        >>> scores = canonical_scores(np.array([[1, 1]]), np.array([[0, 1]], dtype=np.int8), 1)
        >>> scores["map_leaf"].tolist()
        [0.5]
    """
    ordered = canonical_levels(distances, levels)
    scores: dict[str, Scores] = {
        f"map_level_{p}": _binary_ap(ordered >= p) for p in range(1, depth + 1)
    }
    per_level = np.stack(list(scores.values()))
    scores["map_leaf"] = scores[f"map_level_{depth}"]
    scores["hap"] = hierarchical_ap(per_level)
    scores["ndcg"] = _ndcg(ordered, depth, k)
    return scores


def _binary_ap(relevant: NDArray[np.bool_]) -> NDArray[np.float64]:
    queries, ranks = np.nonzero(relevant)
    total = relevant.sum(axis=1)
    # Place of each hit among its query's hits: its place among all hits less those before.
    place = np.arange(len(queries)) - (np.cumsum(total) - total)[queries] + 1
    summed = np.bincount(queries, weights=place / (ranks + 1), minlength=len(relevant))
    return np.where(total > 0, summed / np.maximum(total, 1), np.nan)


def _ndcg(ordered: NDArray[np.int8], depth: int, k: int) -> NDArray[np.float64]:
    k = min(k, ordered.shape[1])
    discounts = 1.0 / np.log2(np.arange(2, k + 2))
    gained = (2.0 ** ordered[:, :k] - 1.0) @ discounts
    counts = np.stack([(ordered == level).sum(axis=1) for level in range(depth, -1, -1)], axis=1)
    ends = np.minimum(np.cumsum(counts, axis=1), k)
    prefix = np.concatenate([[0.0], np.cumsum(discounts)])
    starts = np.concatenate([np.zeros((len(ends), 1), dtype=ends.dtype), ends[:, :-1]], axis=1)
    gains = 2.0 ** np.arange(depth, -1, -1) - 1.0
    ideal = (prefix[ends] - prefix[starts]) @ gains
    return np.where(ideal > 0, gained / np.where(ideal > 0, ideal, 1.0), np.nan)
