"""Tie-aware average precision over the whole list.

He, Cakir et al., CVPR 2018 (arXiv:1705.08562): the expectation of AP over a random order inside
each group of equal distance. A group of n items with r relevant ones, N items and R relevant ones
before it, adds (r / n) sum_{t=1}^{n} (R + 1 + (t - 1)(r - 1)/(n - 1)) / (N + t); the sum over t has
a closed form in harmonic numbers, so a query costs O(groups).
"""

from __future__ import annotations

import numpy as np

from hierhash.metrics.groups import RankedGroups, Scores, harmonic


def average_precision(groups: RankedGroups, level: int) -> Scores:
    """Expected AP where an item is relevant when its level is at least ``level``.

    Args:
        groups: The ranked lists of q queries.
        level: 1..L; L means "same leaf".

    Returns:
        float64 of shape (q,) in [0, 1]; NaN for a query with nothing relevant.

    Example:
        >>> one = RankedGroups(np.array([[[0, 1], [1, 0], [0, 1]]]))   # hit, miss, hit
        >>> average_precision(one, level=1).round(4).tolist()
        [0.8333]
        >>> tied = RankedGroups(np.array([[[1, 1]]]))                  # one hit, one miss, tied
        >>> average_precision(tied, level=1).tolist()
        [0.75]
    """
    relevant = groups.at_least[:, :, level]
    found = np.cumsum(relevant, axis=1) - relevant
    ranked_sum = expected_ratio_sum(groups, found + 1.0, np.maximum(relevant - 1.0, 0.0))
    total = relevant.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = relevant / np.maximum(groups.size, 1)
        return np.where(total > 0, (share * ranked_sum).sum(axis=1) / total, np.nan)


def expected_ratio_sum(groups: RankedGroups, first: Scores, others: Scores) -> Scores:
    """Per group, sum over places t = 1..n of (first + others (t - 1)/(n - 1)) / (N + t).

    It is the expected sum of "gathered so far / rank" over the places of a group when an item
    brings ``first`` with it and ``others`` is spread evenly over the other n - 1 places.

    Args:
        groups: The ranked lists.
        first: Shape (q, groups).
        others: Shape (q, groups).

    Returns:
        Shape (q, groups); 0 for empty groups.
    """
    size, before = groups.size, groups.before
    table = harmonic(groups.items)
    reciprocal = table[before + size] - table[before]
    slope = np.where(size > 1, others / np.maximum(size - 1, 1), 0.0)
    # (first + slope (t - 1)) / (N + t) = slope + (first - slope (N + 1)) / (N + t)
    return np.asarray(slope * size + (first - slope * (before + 1)) * reciprocal)
