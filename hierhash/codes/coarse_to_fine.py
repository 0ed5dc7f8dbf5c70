"""Search from coarse to fine: codes find what is near, features order it (Lin et al., CVPRW 2015).

A stored item is the bytes of its code and then its features as float32. Items at most ``near`` bits
from the query come first, the nearest by the Euclidean distance of their features first; all others
follow by their bits. The paper answers with the first alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.packing import Codes, pack, unpack
from hierhash.codes.product_quantiser import Floats, Scored

BLOCK = 4096
BELOW_ONE = float(np.nextafter(np.float32(1), np.float32(0)))
"""No features put what is near behind what is a bit farther."""


@dataclass(frozen=True)
class CoarseToFine(Scored):
    """A ``Distance``: scores are min(0, near - bits away) - r / (r + s), r between the features.

    s is the length of the query's own features (1 if they are 0), so that r is told apart whatever
    the features' unit. A query brings all that scores: ``near``, the K signs of its code, whole
    bytes, its features.

    Args:
        width: Bytes of a stored item.

    Example:
        >>> codes, features = np.ones((3, 8)), np.float32([[0, 1], [0, 3], [0, 0]])
        >>> codes[2] = -1
        >>> stored, asked = beside(codes, features), asking(codes[:1], features[:1], near=2)
        >>> CoarseToFine(9).scores(asked[0], stored).astype(float).round(3).tolist()
        [0.0, -0.667, -6.5]
    """

    width: int
    name: str = "coarse_to_fine"

    def scorer(self, stored: Codes) -> Callable[[Floats], Floats]:
        """See ``Distance``; the memory of some queries and items at a time."""

        def scores(queries: Floats) -> Floats:
            found = np.empty((len(queries), len(stored)), dtype=np.float32)
            for own, query in zip(found, queries, strict=True):
                own[:] = self.scores(query, stored)
            return found

        return scores

    def scores(self, query: Floats, stored: Codes) -> Floats:
        """See ``Distance``; the memory of some items at a time."""
        # K + 32 d bits are stored and K + d numbers asked, so the lengths tell both.
        numbers = (8 * self.width - len(query) + 1) // 31
        bits = len(query) - 1 - numbers
        if stored.shape[1] != self.width or bits + 32 * numbers != 8 * self.width:
            raise ValueError(f"items of {stored.shape[1]} bytes have another shape than the query")
        near, code, own = query[0], query[1 : 1 + bits], query[1 + bits :].astype(np.float64)
        scale = float(np.linalg.norm(own)) or 1.0
        found = np.empty(len(stored), dtype=np.float32)
        for start in range(0, len(stored), BLOCK):
            block = stored[start : start + BLOCK]
            signs = unpack(block[:, : bits // 8], bits).astype(np.float32)
            features = np.ascontiguousarray(block[:, bits // 8 :]).view("<f4")
            away = (bits - signs @ code) / 2
            apart = np.linalg.norm(features - own, axis=1)
            after = np.minimum(apart / (apart + scale), BELOW_ONE)
            found[start : start + BLOCK] = np.minimum(0, near - away) - after
        return found


def beside(values: NDArray[np.floating], features: Floats) -> Codes:
    """What is stored of items: packed signs of values (n, K), then features (n, d)."""
    floats = np.ascontiguousarray(features, dtype="<f4").view(np.uint8)
    return np.concatenate(
        [pack(values), floats.reshape(len(values), 4 * features.shape[1])], axis=1
    )


def asking(values: NDArray[np.floating], features: Floats, near: int) -> Floats:
    """Queries, float32 (n, 1 + K + d), of items by their values (n, K) and features (n, d)."""
    first = np.full((len(values), 1), near)
    signs = unpack(pack(values), values.shape[1])
    return np.concatenate([first, signs, features], axis=1).astype(np.float32)
