"""What a method gives for items: codes that an index stores, vectors that ask, or floats alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.packing import Codes, packed_width


class Segment(NamedTuple):
    """A part of a code, byte-aligned.

    Args:
        name: What it is about: ``category``.
        bits: Its length.
    """

    name: str
    bits: int


class Coded(NamedTuple):
    """Items as a method encodes them; row i of everything is item i.

    Args:
        codes: uint8 (n, bytes), what an index stores; None for a method that keeps floats.
        query: float32 (n, d): the score of a stored item is a sum over ``query``, as the method's
            distance says; None for a method that compares codes alone.
        vectors: float32 (n, width), what an index stores in place of codes; None with codes.
    """

    codes: Codes | None
    query: NDArray[np.float32] | None = None
    vectors: NDArray[np.float32] | None = None

    @property
    def stored(self) -> NDArray[np.uint8] | NDArray[np.float32]:
        """What an index keeps of the items: codes, or vectors where there are none.

        Example:
            >>> Coded(None, None, np.ones((2, 3), np.float32)).stored.shape
            (2, 3)
        """
        if self.codes is not None:
            return self.codes
        if self.vectors is None:
            raise ValueError("neither codes nor vectors: there is nothing to store")
        return self.vectors


def beside(parts: Sequence[Coded]) -> Coded:
    """Codes, queries and vectors of several parts side by side; what a part lacks all lack.

    Example:
        >>> one = Coded(np.zeros((1, 2), np.uint8), np.ones((1, 16), np.float32))
        >>> both = beside([one, one])
        >>> both.codes.shape, both.query.shape, both.vectors
        ((1, 4), (1, 32), None)
    """

    def joined(arrays: Sequence[NDArray[Any] | None]) -> Any:
        there = [one for one in arrays if one is not None]
        return np.concatenate(there, axis=1) if len(there) == len(arrays) else None

    return Coded(*(joined(arrays) for arrays in zip(*parts, strict=True)))


def code_bytes(layout: tuple[Segment, ...]) -> int:
    """Bytes of a code; every segment begins with a byte of its own.

    Example:
        >>> code_bytes((Segment("category", 32), Segment("colour", 12)))
        6
    """
    return sum(packed_width(segment.bits) for segment in layout)
