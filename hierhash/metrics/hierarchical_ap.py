"""Hierarchical average precision (H-AP), tie-aware.

HAPPIER (Ramzi et al., ECCV 2022, arXiv:2207.04873): H-AP = sum_k H-rank(k) / rank(k) / sum_k rel(k)
over the items with rel > 0, H-rank(k) = rel(k) + sum_{j above k} min(rel(k), rel(j)).
"""

from __future__ import annotations

import numpy as np

from hierhash.metrics.average_precision import expected_ratio_sum
from hierhash.metrics.groups import RankedGroups, Scores


def hierarchical_ap(per_level: Scores) -> Scores:
    """H-AP with rel(k) = sum_{p <= l} (1/L) / |items of level p or more| (`hap`).

    With that relevance H-AP is the mean of the per-level APs over the levels at which the query has
    a relevant item. Level weights are always equal, whatever the tree says.

    Args:
        per_level: (L, q), average precision at levels 1..L, NaN where nothing is relevant.

    Returns:
        float64 (q,) in [0, 1]; NaN for a query with nothing relevant at any level.

    Example:
        >>> hierarchical_ap(np.array([[0.5, 1.0], [1.0, np.nan]])).tolist()
        [0.75, 1.0]
    """
    defined = ~np.isnan(per_level)
    number = defined.sum(axis=0)
    total = np.where(defined, per_level, 0.0).sum(axis=0)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def population_relevance(groups: RankedGroups) -> Scores:
    """Rel of each exact level, (l / L) / |items of exactly level l|, shape (q, L + 1)."""
    grades = np.arange(groups.depth + 1) / groups.depth
    return np.where(groups.totals > 0, grades / np.maximum(groups.totals, 1), 0.0)


def hierarchical_ap_population(groups: RankedGroups) -> Scores:
    """H-AP with rel(k) = (l / L) / |items of exactly level l| (`hap_pop`, alpha = 1).

    For item k of a tie group of n items with N before: the expectation of H-rank / rank is
    sum_t (1/n)(P_k + rel_k + O_k (t - 1)/(n - 1)) / (N + t), P_k and O_k being the sums of
    min(rel_j, rel_k) over the items before the group and over the others in it.

    Returns:
        float64 of shape (q,) in [0, 1]; NaN for a query with nothing relevant.
    """
    relevance = population_relevance(groups)
    counts = groups.counts
    earlier = np.cumsum(counts, axis=1) - counts
    total = np.zeros(len(counts))
    for level in range(1, groups.depth + 1):
        own = relevance[:, level]
        shared = np.minimum(relevance, own[:, None])
        above = np.einsum("qgl,ql->qg", earlier, shared)
        beside = np.einsum("qgl,ql->qg", counts, shared) - own[:, None]
        places = expected_ratio_sum(groups, above + own[:, None], np.maximum(beside, 0.0))
        total += (counts[:, :, level] / np.maximum(groups.size, 1) * places).sum(axis=1)
    mass = (groups.totals * relevance).sum(axis=1)
    return np.where(mass > 0, total / np.where(mass > 0, mass, 1.0), np.nan)
