"""Paired bootstrap over queries and training seeds: is one method better than another, or luck?

Efron & Tibshirani 1993, percentile intervals. Queries and seeds are two crossed samples and are
drawn anew together, as Owen 2007 (The pigeonhole bootstrap) does; all comparisons share the draws.
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
        differences: (s, q, m): per training seed and query, the score of one method less that of
            another, for m comparisons; no NaN. With one seed, only queries are drawn.
        level: Coverage of the interval.
        resamples: Number of resamples, each of s seeds and q queries.
        seed: Of the resamples.

    Returns:
        Mean, low end and high end, float64 (m,) each.

    Memory: BLOCK x q weights, BLOCK x s x m means, and resamples x m means.

    Example:
        >>> mean, low, high = paired_intervals(np.array([[[0.1, 0.5], [0.1, -0.5]] * 50]))
        >>> mean.round(3).tolist(), bool(low[0] > 0), bool(low[1] < 0 < high[1])
        ([0.1, 0.0], True, True)
    """
    seeds, queries, comparisons = differences.shape
    flat = differences.transpose(1, 0, 2).reshape(queries, seeds * comparisons)
    rng = np.random.default_rng(seed)
    means = []
    for start in range(0, resamples, BLOCK):
        block = min(BLOCK, resamples - start)
        by_seed = _times_drawn(rng, block, queries) @ flat / queries
        seed_weights = _times_drawn(rng, block, seeds) / seeds
        means.append(
            np.einsum("bs,bsm->bm", seed_weights, by_seed.reshape(block, seeds, comparisons))
        )
    tail = (1 - level) / 2
    low, high = np.quantile(np.concatenate(means), [tail, 1 - tail], axis=0)
    return differences.mean(axis=(0, 1)), low, high


def _times_drawn(rng: np.random.Generator, resamples: int, n: int) -> Values:
    """How often each of n is drawn in n draws with replacement, float64 (resamples, n)."""
    drawn = rng.integers(0, n, (resamples, n))
    return np.stack([np.bincount(one, minlength=n) for one in drawn]).astype(np.float64)
