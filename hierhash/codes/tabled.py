"""Hamming distance of codes that a real query scores by tables of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from hierhash.codes.distances import Floats, Hamming
from hierhash.codes.packing import Codes
from hierhash.codes.product_quantiser import Lookup


@dataclass(frozen=True)
class TabledHamming:
    """A ``Distance``: ``Hamming`` of codes, ``Lookup`` of queries of 256 numbers a byte.

    Args:
        bits: Length of the codes, whole bytes.

    Example:
        >>> import numpy as np
        >>> codes, tables = np.array([[0], [3]], np.uint8), np.zeros((1, 256), np.float32)
        >>> tables[0, 3] = 0.5
        >>> own = TabledHamming(8)
        >>> own.between(codes[:1], codes).tolist(), own.scores(tables[0], codes).tolist()
        ([[0, 2]], [0.0, 0.5])
    """

    bits: int
    name: str = "polysemous"

    @property
    def steps(self) -> int:
        """All bits differ."""
        return self.bits

    def from_one(self, codes: Codes) -> Callable[[Codes], NDArray[Any]]:
        """See ``Distance``."""
        return Hamming(self.bits).from_one(codes)

    def between(self, queries: Codes, codes: Codes) -> NDArray[Any]:
        """See ``Distance``."""
        return Hamming(self.bits).between(queries, codes)

    def scorer(self, stored: Codes) -> Callable[[Floats], Floats]:
        """See ``Distance``; 8 bytes a byte of a code."""
        return Lookup(self.bits // 8).scorer(stored)

    def scores(self, query: Floats, stored: Codes) -> Floats:
        """See ``Distance``; 12 bytes an item."""
        return Lookup(self.bits // 8).scores(query, stored)
