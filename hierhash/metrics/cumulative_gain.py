"""Graded metrics of the first k ranks, tie-aware: NDCG, ACG and weighted recall.

The gain of an item is 2^l - 1 in NDCG and l in the others, l being the depth of the lowest common
ancestor with the query. The ideal of NDCG is that of the whole database.
"""

from __future__ import annotations

import numpy as np

from hierhash.metrics.groups import RankedGroups, Scores


def ndcg_at(groups: RankedGroups, k: int) -> Scores:
    """Expected NDCG@k with gain 2^l - 1 and discount 1 / log2(1 + rank).

    Returns:
        float64 of shape (q,) in [0, 1]; NaN for a query with nothing relevant.

    Example:
        >>> worst_first = RankedGroups(np.array([[[1, 0, 0], [0, 0, 1]]]))
        >>> ndcg_at(worst_first, k=2).round(4).tolist()
        [0.6309]
    """
    gains = 2.0 ** np.arange(groups.depth + 1) - 1.0
    ideal_counts = groups.totals[:, ::-1]
    ideal_groups = RankedGroups(
        np.asarray(ideal_counts[:, :, None] * np.eye(groups.depth + 1, dtype=np.int64)[::-1])
    )
    ideal = _discounted(ideal_groups, gains, k)
    got = _discounted(groups, gains, k)
    return np.where(ideal > 0, got / np.where(ideal > 0, ideal, 1.0), np.nan)


def _discounted(groups: RankedGroups, gains: Scores, k: int) -> Scores:
    discounts = np.concatenate([[0.0], np.cumsum(1.0 / np.log2(np.arange(2, k + 2)))])
    first = groups.first(k)
    start = np.minimum(first.before, k)
    stop = np.minimum(first.before + first.size, k)
    mean_gain = first.counts @ gains / np.maximum(first.size, 1)
    return np.asarray((mean_gain * (discounts[stop] - discounts[start])).sum(axis=1))


def acg_at(groups: RankedGroups, k: int) -> Scores:
    """Expected average cumulative gain: the mean level of the first k items, in [0, L]."""
    return np.asarray(_levels_found(groups, k) / k)


def weighted_recall_at(groups: RankedGroups, k: int) -> Scores:
    """Expected share of the database's summed levels that the first k items hold, in [0, 1].

    NaN for a query with nothing relevant.
    """
    total = groups.totals @ np.arange(groups.depth + 1)
    return np.where(total > 0, _levels_found(groups, k) / np.maximum(total, 1), np.nan)


def _levels_found(groups: RankedGroups, k: int) -> Scores:
    """Expected sum of the levels of the first k items, shape (q,)."""
    first = groups.first(k)
    graded = first.counts @ np.arange(groups.depth + 1)
    return np.asarray((graded * first.within(k)).sum(axis=1))
