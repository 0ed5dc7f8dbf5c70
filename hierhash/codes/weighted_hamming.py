"""Hamming distance of codes whose parts count differently, in whole numbers.

SHDH (Wang et al., AAAI 2018) gives each level of a tree a part of the code and a weight u_k; its
D(i, j) = sum_k u_k D_H(h_i^k, h_j^k), here times a number that makes the weights whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.asymmetric import asymmetric_scores
from hierhash.codes.distances import Floats
from hierhash.codes.hamming import hamming_distances, machine_words, word_distances
from hierhash.codes.packing import Codes, check_codes, pack, unpack


@dataclass(frozen=True)
class WeightedHamming:
    """A ``Distance``: each part's differing bits times its weight.

    Args:
        parts: Bits of each part, one behind the other; they need not fill bytes.
        weights: Of each part, 0 or more.

    Example:
        >>> codes = np.array([[0b0000_0000], [0b1000_0001]], np.uint8)
        >>> WeightedHamming((4, 4), (3, 1)).between(codes[:1], codes).tolist()
        [[0, 4]]
    """

    parts: tuple[int, ...]
    weights: tuple[int, ...]
    name: str = "weighted"

    @classmethod
    def of(cls, described: Any, bits: int) -> WeightedHamming:
        """The distance that ``described`` says, of codes of so many bits.

        Args:
            described: [bits, weight] of each part, as an index keeps them.
            bits: Of a code.

        Raises:
            ValueError: It says no such distance.

        Example:
            >>> WeightedHamming.of([[4, 3], [4, 1]], 8).weights
            (3, 1)
        """
        pairs = described if isinstance(described, list) else []
        whole = [one for one in pairs if isinstance(one, list) and len(one) == 2]
        numbers = [number for one in whole for number in one]
        right = len(whole) == len(pairs) and all(type(one) is int and one >= 0 for one in numbers)
        if not right or not any(numbers[1::2]) or sum(numbers[::2]) != bits:
            raise ValueError(f"'weights' are not bits and weight of each part of {bits} bits")
        return cls(tuple(numbers[::2]), tuple(numbers[1::2]))

    @property
    def described(self) -> list[list[int]]:
        """[bits, weight] of each part."""
        return [[bits, weight] for bits, weight in zip(self.parts, self.weights, strict=True)]

    @property
    def bits(self) -> int:
        """Of a code."""
        return sum(self.parts)

    @property
    def steps(self) -> int:
        """All bits differ."""
        return sum(bits * weight for bits, weight in zip(self.parts, self.weights, strict=True))

    @cached_property
    def bit_weights(self) -> Floats:
        """float32 (bits,): the weight of each bit as a share of the largest."""
        own = np.asarray(self.weights, dtype=np.float32)
        return np.repeat(own / own.max(), self.parts)

    @cached_property
    def _masks(self) -> Codes:
        """uint8 (parts, bytes): the bits of each part."""
        owner = np.repeat(np.arange(len(self.parts)), self.parts)
        return pack(np.where(owner == np.arange(len(self.parts))[:, None], 1.0, -1.0))

    def from_one(self, codes: Codes) -> Callable[[Codes], NDArray[Any]]:
        """See ``Distance``; a copy of the codes for each part of several bits."""
        if max(self.parts) == 1:  # a table of bits is quicker than a pass for each
            weighed = unpack(codes, self.bits) * np.asarray(self.weights, dtype=np.float32)

            def by_product(code: Codes) -> NDArray[Any]:
                products = weighed @ unpack(code[None], self.bits)[0].astype(np.float32)
                return ((self.steps - products) / 2).astype(np.int32)

            return by_product
        masks = list(zip(self._masks, self.weights, strict=True))
        parts = [(mask, weight, machine_words(codes & mask)) for mask, weight in masks]

        def by_part(code: Codes) -> NDArray[Any]:
            summed = np.zeros(len(codes), dtype=np.int32)
            for mask, weight, words in parts:
                own = [word[0] for word in machine_words((code & mask)[None])]
                summed += weight * word_distances(own, words).astype(np.int32)
            return summed

        return by_part

    def between(self, queries: Codes, codes: Codes) -> NDArray[Any]:
        """See ``Distance``."""
        summed = np.zeros((len(queries), len(codes)), dtype=np.int32)
        for mask, weight in zip(self._masks, self.weights, strict=True):
            summed += weight * hamming_distances(queries & mask, codes & mask).astype(np.int32)
        return summed

    def scorer(self, stored: Codes) -> Callable[[Floats], Floats]:
        """See ``Distance``: <w q, b> with b of -1 and +1, over the largest w."""
        check_codes(stored, self.bits)
        signs = unpack(stored, self.bits).astype(np.float32)
        return lambda queries: np.asarray((queries * self.bit_weights) @ signs.T)

    def scores(self, query: Floats, stored: Codes) -> Floats:
        """See ``Distance``."""
        return asymmetric_scores(query * self.bit_weights, stored)


def equal_parts(bits: int, count: int) -> tuple[int, ...]:
    """So many bits in parts as equal as they get, what is left over in the last one.

    Example:
        >>> equal_parts(32, 3)
        (10, 10, 12)
    """
    share = bits // count
    return (*(share,) * (count - 1), bits - share * (count - 1))


def whole_weights(weights: Sequence[float], finest: int = 100) -> tuple[int, ...]:
    """Whole numbers in the proportion of weights, to ``finest`` steps of the smallest above 0.

    Example:
        >>> whole_weights([0.5, 1 / 3, 1 / 6]), whole_weights([0.1, 0.1, 0.8])
        ((3, 2, 1), (1, 1, 8))
    """
    own = np.asarray(weights, dtype=np.float64) / min(one for one in weights if one > 0)
    for scale in range(1, finest):
        if np.abs(own * scale - np.rint(own * scale)).max() < 1e-6 * scale:
            return tuple(int(one) for one in np.rint(own * scale))
    return tuple(int(one) for one in np.rint(own * finest))
