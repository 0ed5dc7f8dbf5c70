"""Items grouped by equal codes: each code is compared once, and the answers are exact.

Codes that follow classes are few: 32,097 pictures of fashion have 2,717 codes of 64 bits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.asymmetric import byte_tables
from hierhash.codes.hamming import hamming_distances
from hierhash.codes.packing import Codes

Rows = NDArray[np.int64]
Finder = Callable[[Codes, int], tuple[NDArray[np.int32], Rows]]
SPREAD = 4
"""Where a part of the items is wanted: how many times as many are looked at next."""
LAST = 8
"""Queries whose scores are kept."""
COMPARED = 4_000_000
"""Distances that are held at once."""


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
    _scored: dict[bytes, NDArray[np.float32]] = field(default_factory=dict, repr=False)

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
        if finder is not None:
            near, groups = finder(queries, min(m, len(self.codes)))
            for place in range(len(queries)):
                known = groups[place] >= 0
                found = self._expanded(near[place][known], groups[place][known], m)
                distances[place, : len(found[0])], rows[place, : len(found[0])] = found
            return distances, rows
        block = max(1, COMPARED // len(self.codes))
        for start in range(0, len(queries), block):
            every = hamming_distances(queries[start : start + block], self.codes)
            for place, own in enumerate(every, start=start):
                distances[place], rows[place] = self.first(own, m)
        return distances, rows

    def first(self, keys: NDArray[Any], k: int) -> tuple[NDArray[Any], Rows]:
        """Keys and rows of the k first items, by key and then by row.

        Args:
            keys: Of each code, (u,); the smallest is the first.
            k: Number of items; all there are where they are fewer.
        """
        if not k > 0:
            return keys[:0], np.zeros(0, dtype=np.int64)
        groups = np.arange(len(keys))
        if k < len(keys):
            # So many codes have as many items at least; equal ones may have earlier rows.
            groups = np.flatnonzero(keys <= np.partition(keys, k - 1)[k - 1])
        return self._expanded(keys[groups], groups, k)

    def first_among(
        self, keys: NDArray[Any], k: int, rows: NDArray[np.integer[Any]]
    ) -> tuple[NDArray[Any], Rows]:
        """As ``first``, of some items alone.

        Memory: a byte an item.

        Args:
            keys: Of each code, (u,); the smallest is the first.
            k: Number of items; all there are where they are fewer.
            rows: The items, no two alike.
        """
        k = min(k, len(rows))
        if not k > 0:
            return keys[:0], np.zeros(0, dtype=np.int64)
        may = np.zeros(len(self.rows), dtype=bool)
        may[rows] = True
        # As many items as hold k of these if they are spread evenly, and then more.
        wanted = k * len(self.rows) // len(rows) // 2
        while True:
            wanted = min(SPREAD * (wanted + 1), len(self.rows))
            groups = np.arange(len(keys))
            if wanted < len(keys):
                groups = np.flatnonzero(keys <= np.partition(keys, wanted - 1)[wanted - 1])
            order = groups[np.argsort(keys[groups], kind="stable")]
            enough = np.searchsorted(np.cumsum(self._counts[order]), wanted)
            if enough < len(order):
                order = groups[keys[groups] <= keys[order[enough]]]
            counts = self._counts[order]
            within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            found = self.rows[np.repeat(self.offsets[order], counts) + within]
            kept = may[found]
            if np.count_nonzero(kept) >= k:
                own, found = np.repeat(keys[order], counts)[kept], found[kept]
                near = own <= np.partition(own, k - 1)[k - 1]
                own, found = own[near], found[near]
                last = np.lexsort((found, own))[:k]
                return own[last], found[last]

    def scores(self, output: NDArray[np.float32]) -> NDArray[np.float32]:
        """The score of every code for one query, as ``asymmetric_scores``.

        Memory: 8 bytes a byte of the codes, from the first time on, and 4 a code for each of the
        last queries: a search asks several times by one.

        Args:
            output: float32 (K,), the query's real outputs.
        """
        asked = output.tobytes()
        known = self._scored.get(asked)
        if known is not None:
            return known
        found = np.zeros(len(self.codes), dtype=np.float32)
        for table, column in zip(
            byte_tables(output, self.codes.shape[1]), self._columns, strict=True
        ):
            found += np.take(table, column, mode="clip")
        found.flags.writeable = False  # one array for all that ask
        if len(self._scored) >= LAST:
            self._scored.clear()
        self._scored[asked] = found
        return found

    @cached_property
    def _columns(self) -> NDArray[np.intp]:
        """The codes byte by byte, as numbers that tables are looked up by."""
        return np.ascontiguousarray(self.codes.T, dtype=np.intp)

    @cached_property
    def _counts(self) -> Rows:
        return np.diff(self.offsets)

    def _expanded(self, keys: NDArray[Any], groups: Rows, k: int) -> tuple[NDArray[Any], Rows]:
        """Keys and rows of the first k items of some codes."""
        order = np.argsort(keys, kind="stable")
        enough = np.searchsorted(np.cumsum(self._counts[groups[order]]), k)
        if enough < len(order):
            kept = keys <= keys[order[enough]]
            keys, groups = keys[kept], groups[kept]
        # No more than k of one code can be among the first k.
        counts = np.minimum(self._counts[groups], k)
        each = np.repeat(np.arange(len(groups)), counts)
        within = np.arange(len(each)) - np.repeat(np.cumsum(counts) - counts, counts)
        rows, own = self.rows[self.offsets[groups][each] + within], keys[each]
        last = np.lexsort((rows, own))[:k]
        return own[last], rows[last]
