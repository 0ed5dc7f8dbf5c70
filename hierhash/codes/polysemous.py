"""Codes of two readings: by Hamming distance among themselves, by tables under a real query.

A code b of K bits stands for the vector m + sum over its bytes j of T_j[b_j], as in additive
quantisation (Babenko & Lempitsky, CVPR 2014); the tables T are learnt for codes that follow centres
z given from outside, so that their Hamming distances mean something, too (what polysemous codes,
Douze, Jegou & Perronnin, ECCV 2016, reach by renumbering the centroids of a product quantiser):

    J(b, T) = sum_i |e_i - m - sum_j T_j[b_ij]|^2 - 2 pull <z_i, s(b_i)> + RIDGE |T|^2,

s being -1 and +1 of the bits; as |s|^2 is K, the middle is pull |z_i - s(b_i)|^2 but for what b
cannot change. In turn the tables are the least squares of the codes, and the codes start from the
signs of z, as a new item's do, and go byte after byte to the best of the 256. Neither raises J; to
start anew may, but tables learnt for codes that go on from the last ones code new items worse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from hierhash.codes.packing import Codes, pack, unpack

Floats = NDArray[np.float32]
WORDS = 256
"""Values of a byte."""
RIDGE = 1.0
"""Values of a byte that few items have stay near none: as if one more item had the mean."""
ROUNDS, SWEEPS = 4, 3
BLOCK = 8192
"""Bytes of codes at a time."""
_SIGNS = unpack(np.arange(WORDS, dtype=np.uint8)[:, None], 8).T.astype(np.float64)


@dataclass(frozen=True, eq=False)
class PolysemousCodes:
    """See the module's words.

    Memory: twice (32 K)^2 numbers in double precision, 17 MB at 32 bits and 1.1 GB at 256, 90 MB
    beside, and to learn the vectors once more in double precision.

    Args:
        mean: float32 (d,), m.
        tables: float32 (bytes, 256, d), T.
        pull: A bit off the sign of its centre costs 4 pull |z|; 0 or more.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> vectors = rng.standard_normal((400, 6)).astype(np.float32)
        >>> values = vectors @ rng.standard_normal((6, 16))
        >>> own = PolysemousCodes.learn(vectors, values, pull=0.01)
        >>> own.encode(vectors, values).shape, own.asked(vectors[:3]).shape
        ((400, 2), (3, 512))
    """

    mean: Floats
    tables: Floats
    pull: float

    @classmethod
    def learn(cls, vectors: NDArray[Any], values: NDArray[Any], pull: float) -> PolysemousCodes:
        """Tables for items (n, d), whose centres z are ``values`` (n, K), K whole bytes.

        Raises:
            ValueError: There are no items, or K is not whole bytes.
        """
        n, bits = values.shape
        if not n or bits % 8 or len(vectors) != n:
            raise ValueError(f"{len(vectors)} vectors and values of shape {values.shape}")
        mean = np.asarray(np.mean(vectors, axis=0, dtype=np.float64))
        apart = vectors - mean
        codes = pack(values)
        own = cls(mean.astype(np.float32), least_squares(codes, apart), pull)
        for _ in range(ROUNDS):
            codes = own.encode(vectors, values)
            own = cls(own.mean, least_squares(codes, apart), pull)
        return own

    @property
    def width(self) -> int:
        """Bytes of a code."""
        return len(self.tables)

    def encode(self, vectors: NDArray[Any], values: NDArray[Any]) -> Codes:
        """uint8 (n, bytes) of items (n, d) with centres (n, K)."""
        flat = self.tables.reshape(self.width * WORDS, -1).astype(np.float64)
        products = self._products
        codes = np.zeros((len(vectors), self.width), dtype=np.uint8)
        rows = max(BLOCK // self.width, 1)
        for start in range(0, len(vectors), rows):
            block = slice(start, start + rows)
            apart = np.asarray(vectors[block], dtype=np.float64) - self.mean
            alone = self._costs(apart @ flat.T, np.asarray(values[block]), products)
            codes[block] = _descent(alone, products, pack(values[block]))
        return codes

    @cached_property
    def _products(self) -> NDArray[np.float64]:
        """Of all tables' vectors, (bytes, 256, bytes, 256); kept, since a query is one item."""
        flat = self.tables.reshape(self.width * WORDS, -1).astype(np.float64)
        return np.asarray((flat @ flat.T).reshape(self.width, WORDS, self.width, WORDS))

    def _costs(
        self, scores: NDArray[np.float64], values: NDArray[Any], products: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(n, bytes, 256): what each value of each byte adds to J where all others add nothing."""
        n = len(values)
        squares = np.einsum("jajb->jab", products).diagonal(axis1=1, axis2=2)
        pulls = values.reshape(n, self.width, 8) @ _SIGNS
        return np.asarray(
            squares - 2 * scores.reshape(n, self.width, WORDS) - 2 * self.pull * pulls
        )

    def asked(self, vectors: NDArray[Any]) -> Floats:
        """Queries for ``Lookup``, float32 (n, 256 bytes): <e, T_j[c]>.

        Args:
            vectors: (n, d).
        """
        flat = self.tables.reshape(self.width * WORDS, -1)
        return np.asarray(np.asarray(vectors, dtype=np.float32) @ flat.T, dtype=np.float32)

    def state(self) -> dict[str, NDArray[Any]]:
        """All that was learnt, as arrays by name."""
        return {"mean": self.mean, "tables": self.tables}

    @classmethod
    def of(
        cls, state: Mapping[str, NDArray[Any]], d: int, width: int, pull: float
    ) -> PolysemousCodes:
        """The codes whose ``state`` it is.

        Raises:
            KeyError, ValueError: It is not that of vectors of d numbers and codes of width bytes.
        """
        if (state["mean"].shape, state["tables"].shape) != ((d,), (width, WORDS, d)):
            raise ValueError("mean or tables are of another shape")
        return cls(state["mean"], state["tables"], pull)


def least_squares(codes: Codes, apart: NDArray[np.float64]) -> Floats:
    """The tables of lowest J for codes (n, bytes) of items (n, d) less their mean."""
    n, width = codes.shape
    places = (codes.astype(np.int64) + WORDS * np.arange(width)).ravel()
    starts = np.arange(0, n * width + 1, width)
    which = sparse.csr_array((np.ones(n * width), places, starts), shape=(n, width * WORDS))
    together = (which.T @ which).toarray()
    together.flat[:: len(together) + 1] += RIDGE
    # Symmetric, and turned so that it lies as LAPACK wants it and is not copied.
    tables = linalg.solve(together.T, which.T @ apart, assume_a="pos", overwrite_a=True)
    return np.asarray(tables, dtype=np.float32).reshape(width, WORDS, -1)


def _descent(alone: NDArray[np.float64], products: NDArray[np.float64], codes: Codes) -> Codes:
    """Codes after some sweeps over their bytes, each byte going to where J is lowest."""
    codes, width = codes.copy(), codes.shape[1]
    for _ in range(SWEEPS):
        for byte in range(width):
            costs = alone[:, byte].copy()
            for other in range(width):
                if other != byte:
                    costs += 2 * products[other][codes[:, other], byte]
            codes[:, byte] = costs.argmin(axis=1)
    return codes
