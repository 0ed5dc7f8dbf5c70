"""Precision and recall at a rank and within a Hamming radius, tie-aware where ranks count."""

from __future__ import annotations

import numpy as np

from hierhash.metrics.groups import RankedGroups, Scores


def precision_at(groups: RankedGroups, k: int, level: int) -> Scores:
    """Expected share of the first k items whose level is at least ``level``, shape (q,).

    Example:
        >>> one = RankedGroups(np.array([[[0, 1], [1, 1]]]))   # a hit, then a hit and a miss tied
        >>> precision_at(one, k=2, level=1).tolist()
        [0.75]
    """
    return np.asarray(_found(groups, k, level) / k)


def recall_at(groups: RankedGroups, k: int, level: int) -> Scores:
    """Expected share of the relevant items that stand in the first k; NaN if there are none."""
    total = groups.totals[:, level:].sum(axis=1)
    return np.where(total > 0, _found(groups, k, level) / np.maximum(total, 1), np.nan)


def _found(groups: RankedGroups, k: int, level: int) -> Scores:
    """Expected relevant items among the first k, shape (q,)."""
    first = groups.first(k)
    return np.asarray((first.at_least[:, :, level] * first.within(k)).sum(axis=1))


def precision_within(groups: RankedGroups, radius: int, level: int) -> Scores:
    """Share of relevant items among those within a Hamming radius; 0 where nothing is found."""
    hits = groups.at_least[:, : radius + 1, level].sum(axis=1)
    found = groups.size[:, : radius + 1].sum(axis=1)
    return np.asarray(hits / np.maximum(found, 1))


def radius_counts(groups: RankedGroups, level: int) -> Scores:
    """Pooled (relevant found, found, relevant) for each radius 0..bits, shape (3, bits + 1).

    Precision and recall by radius are ratios of these sums over queries (the DCMH authors' code
    pools them so); sums of chunks add up.
    """
    hits = np.cumsum(groups.at_least[:, :, level].sum(axis=0))
    found = np.cumsum(groups.size.sum(axis=0))
    return np.stack([hits, found, np.full_like(hits, hits[-1])]).astype(np.float64)
