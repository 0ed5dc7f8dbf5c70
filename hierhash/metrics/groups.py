"""Ranked groups: for each query, how many items of each relevance level stand in each tie group.

This table, of shape (queries, groups, levels + 1), is all that any tie-aware metric needs. For
Hamming distances the groups are the distances 0..bits; for real-valued scores they are the sets of
equal score.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Scores = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class RankedGroups:
    """Tie groups of ranked lists, nearest group first.

    Args:
        counts: int64 of shape (q, groups, L + 1): items of each relevance level 0..L in each group.

    Example:
        >>> groups = RankedGroups(np.array([[[0, 0, 1], [1, 1, 0], [1, 0, 0]]]))
        >>> groups.size.tolist(), groups.totals.tolist()
        ([[1, 2, 1]], [[2, 1, 1]])
    """

    counts: Counts

    @cached_property
    def size(self) -> Counts:
        """Items in each group, shape (q, groups)."""
        return np.asarray(self.counts.sum(axis=2))

    @cached_property
    def before(self) -> Counts:
        """Items in all nearer groups, shape (q, groups)."""
        return np.asarray(np.cumsum(self.size, axis=1) - self.size)

    @cached_property
    def at_least(self) -> Counts:
        """Items of relevance level p or more, shape (q, groups, L + 1) over p = 0..L."""
        return np.asarray(np.cumsum(self.counts[:, :, ::-1], axis=2)[:, :, ::-1])

    @cached_property
    def totals(self) -> Counts:
        """Items of each exact level in the whole list, shape (q, L + 1)."""
        return np.asarray(self.counts.sum(axis=1))

    @property
    def depth(self) -> int:
        """L, the number of levels."""
        return int(self.counts.shape[2]) - 1

    @cached_property
    def items(self) -> int:
        """Length of the longest list."""
        return int(self.size.sum(axis=1).max(initial=0))

    def first(self, k: int) -> RankedGroups:
        """The groups that reach into the first k ranks: no others need be looked at."""
        reached = (self.before < k).sum(axis=1).max(initial=0)
        return RankedGroups(self.counts[:, :reached])

    def within(self, k: int) -> Scores:
        """Expected share of each group that stands in the first k ranks, shape (q, groups)."""
        inside = np.clip(k - self.before, 0, self.size)
        return np.asarray(inside / np.maximum(self.size, 1))


def harmonic(n: int) -> Scores:
    """Harmonic numbers H(0)..H(n), float64 of shape (n + 1,).

    Example:
        >>> harmonic(3).round(4).tolist()
        [0.0, 1.0, 1.5, 1.8333]
    """
    return np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, n + 1))])
