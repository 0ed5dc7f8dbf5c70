"""How near stored items are to a query: whole-number distances of codes, and real scores.

Rankings by distance have ties, which the metrics count exactly; a score orders what a search shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.asymmetric import asymmetric_scores
from hierhash.codes.hamming import hamming_distances, machine_words, word_distances
from hierhash.codes.packing import Codes, check_codes, unpack
from hierhash.codes.product_quantiser import FACTOR_BYTES, Factored, Lookup

Floats = NDArray[np.float32]


class Distance(Protocol):
    """A way to compare queries with stored items.

    ``name`` is the key of its scores in result files. ``steps`` is the largest distance of two
    codes, which are whole numbers from 0; None where only scores exist, as of vectors.
    """

    @property
    def name(self) -> str:
        """A word: ``hamming``, ``tree``, ``dot``."""
        ...

    @property
    def steps(self) -> int | None:
        """The largest distance of two codes, or None."""
        ...

    def from_one(self, codes: Codes) -> Callable[[Codes], NDArray[Any]]:
        """A function from one code (bytes,) to its distances from ``codes``, integers (n,)."""
        ...

    def between(self, queries: Codes, codes: Codes) -> NDArray[Any]:
        """Distances, integers of shape (q, n)."""
        ...

    def scorer(self, stored: NDArray[Any]) -> Callable[[Floats], Floats]:
        """A function from queries (q, d) to their scores of ``stored``, (q, n); larger is nearer.

        It may hold a few times the memory of ``stored``, for the blocks of an evaluation.
        """
        ...

    def scores(self, query: Floats, stored: NDArray[Any]) -> Floats:
        """The scores (n,) of one query (d,) in little memory, for a search."""
        ...


@dataclass(frozen=True)
class Hamming:
    """Differing bits of packed codes; scores are <query, b> with b of -1 and +1.

    Args:
        bits: Length of the codes.

    Example:
        >>> codes = np.array([[0b1111_0000], [0b1111_0001]], np.uint8)
        >>> Hamming(8).between(codes[:1], codes).tolist()
        [[0, 1]]
    """

    bits: int
    name: str = "hamming"

    @property
    def steps(self) -> int:
        """All bits differ."""
        return self.bits

    def from_one(self, codes: Codes) -> Callable[[Codes], NDArray[Any]]:
        """See ``Distance``."""
        items = machine_words(codes)

        def distances(code: Codes) -> NDArray[Any]:
            return word_distances([word[0] for word in machine_words(code[None])], items)

        return distances

    def between(self, queries: Codes, codes: Codes) -> NDArray[Any]:
        """See ``Distance``."""
        return hamming_distances(queries, codes)

    def scorer(self, stored: Codes) -> Callable[[Floats], Floats]:
        """See ``Distance``."""
        check_codes(stored, self.bits)
        signs = unpack(stored, self.bits).astype(np.float32)
        return lambda queries: np.asarray(queries @ signs.T)

    def scores(self, query: Floats, stored: Codes) -> Floats:
        """See ``Distance``; 12 bytes an item."""
        return asymmetric_scores(query, stored)


@dataclass(frozen=True, eq=False)
class TreeDistance:
    """Codes are class numbers; their distance is the number of levels at which the classes differ.

    A query scores class c by its own number for c, so ``query`` has one number a class.

    Args:
        ancestors: int (L, classes), the class of each leaf at each level.

    Example:
        >>> near = TreeDistance(np.array([[0, 0, 1], [0, 1, 2]]))
        >>> near.between(class_codes(np.array([0]), 3), class_codes(np.arange(3), 3)).tolist()
        [[0, 1, 2]]
    """

    ancestors: NDArray[np.integer[Any]]
    name: str = "tree"

    @property
    def steps(self) -> int:
        """The classes differ at every level."""
        return len(self.ancestors)

    def from_one(self, codes: Codes) -> Callable[[Codes], NDArray[Any]]:
        """See ``Distance``."""
        return lambda code: self.between(code[None], codes)[0]

    def between(self, queries: Codes, codes: Codes) -> NDArray[Any]:
        """See ``Distance``."""
        asking, items = class_numbers(queries), class_numbers(codes)
        distances = np.zeros((len(asking), len(items)), dtype=np.uint8)
        for level in self.ancestors:
            distances += level[asking][:, None] != level[items]
        return distances

    def scorer(self, stored: Codes) -> Callable[[Floats], Floats]:
        """See ``Distance``."""
        classes = class_numbers(stored)
        return lambda queries: np.asarray(queries[:, classes])

    def scores(self, query: Floats, stored: Codes) -> Floats:
        """See ``Distance``."""
        return np.asarray(query[class_numbers(stored)])


@dataclass(frozen=True)
class Dot:
    """Float vectors compared by their product with the query's vector; there are no codes.

    Args:
        width: Numbers of a vector.
    """

    width: int
    name: str = "dot"
    steps: None = None

    def from_one(self, codes: Codes) -> Callable[[Codes], NDArray[Any]]:
        """Not there: vectors have scores alone."""
        raise ValueError("vectors have no whole-number distance; use their scores")

    def between(self, queries: Codes, codes: Codes) -> NDArray[Any]:
        """Not there: vectors have scores alone."""
        raise ValueError("vectors have no whole-number distance; use their scores")

    def scorer(self, stored: Floats) -> Callable[[Floats], Floats]:
        """See ``Distance``."""
        return lambda queries: np.asarray(queries @ stored.T)

    def scores(self, query: Floats, stored: Floats) -> Floats:
        """See ``Distance``."""
        return np.asarray(stored @ query)


def class_codes(classes: NDArray[np.integer[Any]], count: int) -> Codes:
    """Class numbers as codes: one byte each, or two (big-endian) where there are over 256 classes.

    Args:
        classes: int (n,), 0 to count - 1.
        count: Number of classes, at most 65,536.

    Raises:
        ValueError: More classes than two bytes tell apart.

    Example:
        >>> class_codes(np.array([1, 258]), 300).tolist()
        [[0, 1], [1, 2]]
    """
    if count > 1 << 16:
        raise ValueError(f"{count:,} classes do not fit two bytes; at most 65,536 do")
    dtype = np.dtype(">u2" if count > 256 else "u1")
    return classes.astype(dtype)[:, None].view(np.uint8).reshape(len(classes), dtype.itemsize)


def class_numbers(codes: Codes) -> NDArray[np.int64]:
    """Class numbers, int64 (n,), of codes made by ``class_codes``."""
    numbers = np.zeros(len(codes), dtype=np.int64)
    for column in codes.T:
        numbers = numbers * 256 + column
    return numbers


def distance_of(
    name: str, bits: int, ancestors: Callable[[], NDArray[np.integer[Any]]]
) -> Distance:
    """The distance of a name, between stored items of so many bits.

    Args:
        name: ``hamming``, ``tree``, ``dot``, ``lookup`` or ``rabitq``.
        bits: Bits of a stored item.
        ancestors: Gives the class of each leaf at each level, (L, leaves), where they are needed.

    Raises:
        ValueError: There is no such distance.

    Example:
        >>> distance_of("dot", 96, list)
        Dot(width=3, name='dot', steps=None)
    """
    if name == "hamming":
        return Hamming(bits)
    if name == "dot":
        return Dot(bits // 32)
    if name == "tree":
        return TreeDistance(ancestors())
    if name == "lookup":
        return Lookup(bits // 8)
    if name == "rabitq":
        return Factored(bits - 8 * FACTOR_BYTES)
    raise ValueError(f"'{name}' is no distance that is known")
