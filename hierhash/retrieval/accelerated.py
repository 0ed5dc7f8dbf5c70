"""The nearest items by an accelerator: what was added is scanned, what was removed left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.nearest import nearest
from hierhash.codes.packing import Codes
from hierhash.retrieval.accelerator import Accelerator

MOST_REMOVED = 1000
"""Items removed from under an accelerator, beyond which everything is scanned."""
FIXED = 1024
"""Items that a structure which may miss some is asked for, whatever is wanted."""


@dataclass(frozen=True)
class Accelerated:
    """An accelerator and the items of an index.

    Args:
        accelerator: Over the items that the index had when it was written whole.
        live: Of each item its place among these, rising; what was added follows.
    """

    accelerator: Accelerator
    live: NDArray[np.int64]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was added or removed since it was made."""
        n = len(self.live)
        return n == len(self.accelerator) and (not n or int(self.live[-1]) == n - 1)

    def nearest(
        self, queries: Codes, codes: Codes, k: int
    ) -> tuple[NDArray[Any], NDArray[np.int64]] | None:
        """Distances and rows (q, m) in canonical order; None where everything is to be scanned.

        A structure that may miss some gives FIXED at most, the same whatever ``k`` is.

        Args:
            queries: uint8 (q, bytes).
            codes: Of all items.
            k: Number of answers.
        """
        whole = len(self.accelerator)
        old = int(np.searchsorted(self.live, whole))
        removed = whole - old
        if removed > MOST_REMOVED or not old:
            return None
        m = k if self.accelerator.nearby is None else FIXED
        distances, places = self.accelerator.nearest(queries, min(m + removed, whole))
        rows = np.searchsorted(self.live[:old], places)
        there = np.append(self.live[:old], -2)[rows] == places
        far = np.iinfo(np.int32).max
        near, new = nearest(queries, codes[old:], m)
        distances = np.concatenate([np.where(there, distances, far), near], axis=1)
        rows = np.concatenate([rows, new + old], axis=1)
        order = np.lexsort((rows, distances), axis=1)[:, : min(m, len(codes))]
        distances = np.take_along_axis(distances, order, axis=1)
        if (distances == far).any():
            return None
        return distances[:, :k], np.take_along_axis(rows, order, axis=1)[:, :k]


def followed(
    first: tuple[NDArray[Any], NDArray[np.int64]],
    every: tuple[NDArray[Any], NDArray[np.int64]],
    k: int,
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Answers that may lack some, and after them the others in their exact order.

    So the answers of one page do not depend on how many are asked for.

    Args:
        first: Distances and rows (q, m), the same for every ``k``.
        every: The k nearest, exactly.
        k: Number of answers.
    """
    distances, rows = [], []
    for near, own, far, others in zip(*first, *every, strict=True):
        new = ~np.isin(others, own)
        distances.append(np.concatenate([near, far[new]])[:k])
        rows.append(np.concatenate([own, others[new]])[:k])
    return np.stack(distances), np.stack(rows)
