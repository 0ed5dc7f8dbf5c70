"""The items of the best scores: all are scored, or of many those that are near by Hamming distance.

A hundred thousand codes of 64 bits are scored in 15 ms, a million in 150; the nearest thousands of
a million are found in 2. So of many items the nearest are scored and put in order, block after
block: the answers of one page do not depend on how many pages are asked for.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.distances import Distance, Hamming
from hierhash.codes.nearest import nearest
from hierhash.codes.packing import Codes

WHOLE, BLOCK = 100_000, 4096
"""Items up to which all are scored; beyond, how many of the nearest are scored together."""
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
    near = _nearest(query.codes[:1], real, items, -(-k // BLOCK) * BLOCK, rows)
    scores = distance.scores(real, codes[near])
    blocks = np.arange(len(near)) // BLOCK
    order = np.lexsort((near, -scores, blocks))[:k]
    return near[order], scores[order]


def _nearest(
    code: Codes,
    real: NDArray[np.float32],
    items: Stored,
    k: int,
    rows: NDArray[np.integer[Any]] | None,
) -> Rows:
    """Rows of the nearest items by the bytes that count: of a segment of no weight none does."""
    padded = np.zeros(8 * code.shape[1])
    padded[: len(real)] = real
    counts = padded.reshape(-1, 8).any(axis=1)
    if counts.all() or not counts.any():
        return np.asarray(items.nearest(code, k, rows)[1][0])
    own = items.codes if rows is None else items.codes[rows]
    places = np.asarray(nearest(code[:, counts], own[:, counts], k)[1][0])
    return places if rows is None else np.asarray(rows, dtype=np.int64)[places]


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
