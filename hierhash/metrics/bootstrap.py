"""Paired bootstrap over queries: is one method better than another, or luck in the queries?

Efron & Tibshirani 1993, percentile intervals. All comparisons share the same resamples.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

RESAMPLES = 10_000
BLOCK = 500


def paired_intervals(
    differences: Values, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[Values, Values, Values]:
    """Mean of each column of differences and its bootstrap interval.

    Args:
        differences: (q, m): per query, the score of one method less that of another, for m
            comparisons; no NaN.
        level: Coverage of the interval.
        resamples: Number of resamples of the q queries.
        seed: Of the resamples.

    Returns:
        Mean, low end and high end, float64 (m,) each.

    Memory: BLOCK x q weights and resamples x m means.

    Example:
        >>> mean, low, high = paired_intervals(np.array([[0.1, 0.5], [0.1, -0.5]] * 50))
        >>> mean.round(3).tolist(), bool(low[0] > 0), bool(low[1] < 0 < high[1])
        ([0.1, 0.0], True, True)
    """
    queries = len(differences)
    rng = np.random.default_rng(seed)
    means = []
    for start in range(0, resamples, BLOCK):
        drawn = rng.integers(0, queries, (min(BLOCK, resamples - start), queries))
        times = np.stack([np.bincount(one, minlength=queries) for one in drawn])
        means.append(times.astype(np.float64) @ differences / queries)
    tail = (1 - level) / 2
    low, high = np.quantile(np.concatenate(means), [tail, 1 - tail], axis=0)
    return differences.mean(axis=0), low, high
