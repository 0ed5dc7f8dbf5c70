"""The items of the best scores, exactly: all are scored, or of many those that are near enough.

A hundred thousand codes of 64 bits are scored in 15 ms, a million in 150; the nearest thousand of a
million are found in 1 to 2. No item that is farther than these can score more than a bound, which
the best of them mostly exceed (``rescoring``).
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.distances import Distance, Hamming
from hierhash.codes.distinct import DistinctCodes
from hierhash.codes.nearest import nearest
from hierhash.codes.packing import Codes
from hierhash.retrieval.rescoring import Near, best_scores

WHOLE = 100_000
"""Items up to which all are scored."""
FEWER = 4
"""How many times as many items as codes there are at least, so that scoring all codes is quick."""
Rows = NDArray[np.int64]


class Stored(Protocol):
    """Items that are compared with a query."""

    @property
    def codes(self) -> NDArray[Any]:
        """Codes or vectors, (n, ...)."""
        ...

    @property
    def distance(self) -> Distance:
        """How they are compared."""
        ...

    @property
    def groups(self) -> DistinctCodes | None:
        """The items by equal codes, where that was made."""
        ...

    @property
    def may_miss(self) -> bool:
        """Whether ``nearest`` may miss some where all items may answer."""
        ...

    def nearest(
        self, queries: Codes, k: int, under: NDArray[np.integer[Any]] | None = None
    ) -> tuple[NDArray[Any], Rows]:
        """Distances and rows of the nearest."""
        ...


def first_by_score(
    query: Coded, items: Stored, k: int, rows: NDArray[np.integer[Any]] | None = None
) -> tuple[Rows, NDArray[np.float32]]:
    """Rows and scores of the best items, best first and equal ones by row.

    Memory: 12 bytes an item that is scored; of many, the codes of ``rows``.

    Args:
        query: One item with a ``query``, and with ``codes`` where the items have them.
        items: The items.
        k: Number of answers; all there are where they are fewer.
        rows: Which items may answer, rising; None for all.
    """
    assert query.query is not None  # noqa: S101 - what is ordered by scores has them
    real, codes, distance = query.query[0], items.codes, items.distance
    n = len(codes if rows is None else rows)
    if query.codes is None or not isinstance(distance, Hamming) or n <= WHOLE:
        scores = distance.scores(real, codes if rows is None else codes[rows])
        places = first(-scores, k)
        return places if rows is None else np.asarray(rows)[places], scores[places]
    groups = items.groups
    if groups is not None and len(groups.codes) <= max(WHOLE, len(codes) // FEWER):
        every = -groups.scores(real)
        keys, found = groups.first(every, k) if rows is None else groups.first_among(every, k, rows)
        return found, -keys

    def fetch(code: Codes, limit: int, counts: Codes | None) -> Near:
        if limit > n:
            own = np.arange(n) if rows is None else np.asarray(rows, dtype=np.int64)
            return Near(np.zeros(n, np.int64), own, codes[own])
        if counts is not None:
            own = np.arange(n) if rows is None else np.asarray(rows, dtype=np.int64)
            distances, places = nearest(code & counts, codes[own] & counts, limit)
            found = own[places]
        elif items.may_miss:
            distances, found = nearest(code, codes, limit, rows)
        else:
            distances, found = items.nearest(code, limit, rows)
        return Near(distances[0].astype(np.int64), found[0], codes[found[0]])

    best, near = best_scores(real, k, distance, fetch, WHOLE)
    return near.rows, best


def first(keys: NDArray[Any], k: int) -> Rows:
    """Places of the k smallest keys, smallest first, equal ones by place; O(n).

    Example:
        >>> first(np.array([3, 1, 2, 1]), 3).tolist()
        [1, 3, 2]
    """
    if not k:
        return np.zeros(0, dtype=np.int64)
    if k < len(keys):
        limit = np.partition(keys, k - 1)[k - 1]
        near = np.flatnonzero(keys <= limit)
    else:
        near = np.arange(len(keys))
    order: Rows = near[np.argsort(keys[near], kind="stable")[:k]]
    return order
