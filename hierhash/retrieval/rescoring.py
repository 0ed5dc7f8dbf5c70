"""The best scores, found exactly from codes in the order of their distance.

Of a query q in -1..1, an item that differs from its signs in D or more bits scores sum |q| minus
twice the D smallest |q| at most. So once the last answer scores more than the items that were not
fetched can, it is done; until then more are fetched, all of them at the worst.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.distances import Distance
from hierhash.codes.packing import Codes, pack

FIRST, EACH, MORE = 1000, 10, 16
"""Candidates at first: FIRST, or EACH times the answers; then MORE times as many."""
ROUNDING = 1e-4


class Near(NamedTuple):
    """Items near a query, in canonical order.

    Args:
        distances: int64 (m,).
        rows: int64 (m,).
        codes: uint8 (m, bytes).
    """

    distances: NDArray[np.int64]
    rows: NDArray[np.int64]
    codes: Codes

    def at(self, places: NDArray[np.integer[Any]]) -> Near:
        """Some of them."""
        return Near(self.distances[places], self.rows[places], self.codes[places])


def best_scores(
    query: NDArray[np.float32],
    k: int,
    distance: Distance,
    fetch: Callable[[Codes, int, Codes | None], Near],
    most: int | None = None,
) -> tuple[NDArray[np.float32], Near]:
    """The k best scores, equal ones in the order of rows, and their items.

    Args:
        query: float32 (d,).
        k: Number of answers.
        distance: How it meets codes.
        fetch: Gives so many items nearest to a code (1, bytes), in the bits (bytes,) that count or
            in all of them.
        most: Candidates beyond which ``fetch`` is asked for more than all items there can be.
    """
    code, limit = pack(query[None]), max(FIRST, EACH * k)
    counts = None if query.all() else np.packbits(query != 0)
    while True:
        near = fetch(code, limit, counts)
        # Candidates come by distance; equal scores are to come by row.
        near = near.at(np.argsort(near.rows))
        scores = distance.scores(query, near.codes)
        order = np.argsort(-scores, kind="stable")[:k]
        if len(near.rows) < limit or not k or _is_done(query, scores[order], near):
            return scores[order], near.at(order)
        limit = limit * MORE if most is None or limit * MORE <= most else sys.maxsize


def by_scores(query: NDArray[np.float32], distance: Distance, near: Near) -> Near:
    """Items by score, equal ones by row."""
    return near.at(np.lexsort((near.rows, -distance.scores(query, near.codes))))


def followed(first: Near, exactly: Callable[[], Near], k: int) -> Near:
    """The first of a set that may lack some, and then the others in their exact order.

    So the answers of one page do not depend on how many are asked for.

    Args:
        first: The set, in its order; the same for every ``k``.
        exactly: The k first of all items, in their order.
        k: Number of answers.
    """
    if k <= len(first.rows):
        return first.at(np.arange(k))
    every = exactly()
    others = every.at(np.flatnonzero(~np.isin(every.rows, first.rows)))
    joined = Near(
        np.concatenate([first.distances, others.distances]),
        np.concatenate([first.rows, others.rows]),
        np.concatenate([first.codes, others.codes]),
    )
    return joined.at(np.arange(min(k, len(joined.rows))))


def _is_done(query: NDArray[np.float32], best: NDArray[np.float32], near: Near) -> bool:
    # A real code counts within -1..1, as its scores do.
    sizes = np.sort(np.minimum(np.abs(query[query != 0].astype(np.float64)), 1.0))
    total = sizes.sum()
    # Items at the last distance may be among those that were not fetched.
    least = sizes[: int(near.distances.max())].sum()
    return bool(best[-1] > total - 2 * least + ROUNDING * total)
