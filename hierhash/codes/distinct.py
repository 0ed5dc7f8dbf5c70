"""Items grouped by equal codes: each code is compared once, and the answers are exact.

Codes that follow classes are few: 32,097 pictures of fashion have 2,717 codes of 64 bits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.hamming import hamming_distances
from hierhash.codes.nearest import nearest
from hierhash.codes.packing import Codes

Rows = NDArray[np.int64]
Finder = Callable[[Codes, int], tuple[NDArray[np.int32], Rows]]


@dataclass(frozen=True)
class DistinctCodes:
    """The distinct codes of n items and the rows of each.

    Memory: the distinct codes, and 8 bytes an item and a code.

    Args:
        codes: uint8 (u, bytes), no two alike.
        rows: int64 (n,), the rows of the first code, rising, then those of the second, and so on.
        offsets: int64 (u + 1,): code i is that of ``rows[offsets[i]:offsets[i + 1]]``.

    Example:
        >>> found = DistinctCodes.of(np.array([[3], [1], [3]], np.uint8))
        >>> found.codes.tolist(), found.rows.tolist(), found.offsets.tolist()
        ([[1], [3]], [1, 0, 2], [0, 1, 3])
    """

    codes: Codes
    rows: Rows
    offsets: Rows

    @staticmethod
    def of(codes: Codes) -> DistinctCodes:
        """Groups items by their codes, uint8 (n, bytes)."""
        held = np.ascontiguousarray(codes)
        # As one value an item, so that numpy sorts bytes and not rows.
        whole = held.view(np.dtype((np.void, held.shape[1])))[:, 0]
        _, first, counts = np.unique(whole, return_index=True, return_counts=True)
        rows = np.argsort(whole, kind="stable").astype(np.int64)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return DistinctCodes(held[first], rows, offsets)

    def nearest(
        self, queries: Codes, k: int, finder: Finder | None = None
    ) -> tuple[NDArray[np.int32], Rows]:
        """Distances and rows (q, m) in canonical order; see ``codes.nearest``.

        Args:
            queries: uint8 (q, bytes).
            k: Number of answers; all there are where they are fewer.
            finder: Finds the nearest of ``codes`` in another way, which may miss some; answers that
                are missing so have the row -1 and are last.
        """
        m = min(k, len(self.rows))
        distances = np.full((len(queries), m), np.iinfo(np.int32).max, dtype=np.int32)
        rows = np.full((len(queries), m), -1, dtype=np.int64)
        if not m or not len(queries):
            return distances, rows
        if finder is None:
            near, groups = nearest(queries, self.codes, m)
        else:
            near, groups = finder(queries, min(m, len(self.codes)))
        for place in range(len(queries)):
            own, found = near[place], groups[place]
            before = self._counts[found[own < own[-1]]].sum()
            if finder is None and before < m and len(found) < len(self.codes):
                # Others may be as near as the last of these codes, and have earlier rows.
                own, found = self._within(queries[place], int(own[-1]))
            known = found >= 0
            first, answers = self._expanded(own[known], found[known], m)
            distances[place, : len(first)], rows[place, : len(first)] = first, answers
        return distances, rows

    @cached_property
    def _counts(self) -> Rows:
        return np.diff(self.offsets)

    def _within(self, query: Codes, radius: int) -> tuple[NDArray[np.int32], Rows]:
        """Distances and numbers of the codes that are at most so far away."""
        every = hamming_distances(query[None], self.codes)[0]
        found = np.flatnonzero(every <= radius)
        return every[found].astype(np.int32), found

    def _expanded(
        self, near: NDArray[np.int32], groups: Rows, m: int
    ) -> tuple[NDArray[np.int32], Rows]:
        """The first m rows of some codes, by distance and row; m of each are enough."""
        starts = self.offsets[groups]
        counts = np.minimum(self.offsets[groups + 1] - starts, m)
        each = np.repeat(np.arange(len(groups)), counts)
        within = np.arange(len(each)) - np.repeat(np.cumsum(counts) - counts, counts)
        rows, distances = self.rows[starts[each] + within], near[each]
        order = np.lexsort((rows, distances))[:m]
        return distances[order], rows[order]
