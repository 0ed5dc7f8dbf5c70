"""Vectors as a few bytes, scored by the vector that asks: product quantisation and RaBitQ.

Either code has no whole-number distance; a query brings all that it needs to score codes: a table
for each byte (``Lookup``), or the query turned as the codes are (``Factored``). So a distance holds
no codebook, and an index of such codes needs nothing beside them.

Product quantisation: Jegou, Douze, Schmid, PAMI 2011, with the asymmetric distance, which leaves
the query as it is. OPQ: Ge, He, Ke, Sun, PAMI 2014, its non-parametric rotation. RaBitQ: Gao and
Long, SIGMOD 2024, one bit a dimension. Training of both forms of product quantisation is faiss's;
RaBitQ has none, and is a few lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.packing import Codes, pack, packed_width, unpack

Floats = NDArray[np.float32]
Metric = Literal["l2", "dot"]
WORDS = 256
"""Centroids of a byte."""
FACTOR_BYTES = 8
"""Of a RaBitQ code beside its bits: two floats."""
BLOCK = 1024


class Scored:
    """What codes have in common that have scores alone."""

    steps: None = None

    def from_one(self, codes: Codes) -> Callable[[Codes], NDArray[Any]]:
        """Not there: such codes have scores alone."""
        raise ValueError("these codes have no whole-number distance; use their scores")

    def between(self, queries: Codes, codes: Codes) -> NDArray[Any]:
        """Not there: such codes have scores alone."""
        raise ValueError("these codes have no whole-number distance; use their scores")


@dataclass(frozen=True)
class Lookup(Scored):
    """Codes scored by tables of the query: the sum over bytes j of table_j[code_j].

    A ``Distance``. A query is its tables one after the other, 256 numbers for each byte.

    Args:
        width: Bytes of a code.

    Example:
        >>> tables = np.zeros((1, 512), np.float32)
        >>> tables[0, [3, 256 + 7]] = 1.0, 0.5
        >>> Lookup(2).scores(tables[0], np.array([[3, 7], [3, 8], [0, 0]], np.uint8)).tolist()
        [1.5, 1.0, 0.0]
    """

    width: int
    name: str = "lookup"

    def scorer(self, stored: Codes) -> Callable[[Floats], Floats]:
        """See ``Distance``; 8 bytes a byte of a code."""
        _check_width(stored, self.width)
        places = stored.T.astype(np.int64) + WORDS * np.arange(self.width)[:, None]

        def scores(queries: Floats) -> Floats:
            if queries.shape[1] != self.width * WORDS:
                raise ValueError(f"queries have {self.width * WORDS} numbers, got {queries.shape}")
            found = np.zeros((len(queries), len(stored)), dtype=np.float32)
            for own in places:
                found += queries[:, own]
            return found

        return scores

    def scores(self, query: Floats, stored: Codes) -> Floats:
        """See ``Distance``; 12 bytes an item."""
        _check_width(stored, self.width)
        found = np.zeros(len(stored), dtype=np.float32)
        for table, column in zip(query.reshape(self.width, WORDS), stored.T, strict=True):
            found += table[column]
        return found


@dataclass(frozen=True)
class Factored(Scored):
    """Signs with two floats: f <b, q> + g h, b of -1 and +1, where a query is q and h.

    A ``Distance``. A code is its packed signs, then f and g as float32.

    Args:
        bits: Signs of a code, a multiple of 8.
    """

    bits: int
    name: str = "rabitq"

    @property
    def width(self) -> int:
        """Bytes of a code."""
        return self.bits // 8 + FACTOR_BYTES

    def scorer(self, stored: Codes) -> Callable[[Floats], Floats]:
        """See ``Distance``; 4 bytes a sign."""
        _check_width(stored, self.width)
        width = self.bits // 8
        signs = unpack(stored[:, :width], self.bits).astype(np.float32)
        factors = np.ascontiguousarray(stored[:, width:]).view("<f4").astype(np.float32)

        def scores(queries: Floats) -> Floats:
            found = queries[:, : self.bits] @ signs.T
            return np.asarray(found * factors[:, 0] + queries[:, self.bits :] * factors[:, 1])

        return scores

    def scores(self, query: Floats, stored: Codes) -> Floats:
        """See ``Distance``; the memory of some items at a time."""
        parts = [
            self.scorer(stored[start : start + BLOCK])(query[None])[0]
            for start in range(0, len(stored), BLOCK)
        ]
        return np.concatenate([np.zeros(0, dtype=np.float32), *parts])


@dataclass(frozen=True, eq=False)
class ProductQuantiser:
    """A byte for each part of a vector: the number of the nearest of 256 centroids there.

    Args:
        rotation: float32 (d, D) that vectors are multiplied by before they are cut into parts; D
            is the bytes of a code times the numbers of a part. It may leave directions out.
        centroids: float32 (bytes, 256, D / bytes).

    Example:
        >>> vectors = np.random.default_rng(0).standard_normal((300, 8)).astype(np.float32)
        >>> own = ProductQuantiser.train(vectors, 2)
        >>> codes = own.encode(vectors)
        >>> codes.shape, int(Lookup(2).scores(own.asked(vectors[:1])[0], codes).argmax())
        ((300, 2), 0)
    """

    rotation: Floats
    centroids: Floats

    @classmethod
    def train(
        cls, vectors: NDArray[Any], width: int, seed: int = 0, rotated: bool = False
    ) -> ProductQuantiser:
        """Learns the centroids by k-means in each part.

        Memory: the vectors once more as float32, filled up to a multiple of ``width``; faiss takes
        65,536 of them at most for k-means; OPQ 65,536 for its rotation and 256,000 for the
        centroids after it. Which centroids OPQ learns depends on the number of threads, too.

        Args:
            vectors: (n, d). Fewer than 256 are repeated, so that there is one a centroid.
            width: Bytes of a code, d at most.
            seed: Of k-means and the first rotation.
            rotated: Learn a rotation, too (OPQ).

        Raises:
            ValueError: There is no vector, or there are more bytes than numbers in it.
        """
        import faiss

        n, d = vectors.shape
        if not n or not 1 <= width <= d:
            raise ValueError(f"{n} vectors of {d} numbers do not give codes of {width} bytes")
        whole = -(-d // width) * width
        rotation: Floats = np.eye(d, whole, dtype=np.float32)
        rows = np.zeros((max(n, WORDS), whole), dtype=np.float32)
        rows[:, :d] = np.resize(vectors, (len(rows), d)) if n < WORDS else vectors
        quantiser = faiss.ProductQuantizer(whole, width, 8)
        quantiser.cp.seed, quantiser.cp.min_points_per_centroid = seed + 1, 1
        quantiser.cp.max_points_per_centroid = 256
        if rotated:
            matrix = faiss.OPQMatrix(whole, width)
            matrix.pq, matrix.max_train_points = quantiser, 1 << 16
            turn = np.linalg.qr(np.random.default_rng(seed).standard_normal((whole, whole)))[0]
            first = np.ascontiguousarray(turn, dtype=np.float32)
            faiss.copy_array_to_vector(first.ravel(), matrix.A)
            matrix.is_trained = True  # it starts from the rotation that is there
            matrix.train(rows)
            turned = faiss.vector_to_array(matrix.A).reshape(whole, whole).T
            rotation = np.ascontiguousarray(rotation @ turned)
            rows = rows @ turned
        quantiser.train(np.ascontiguousarray(rows))
        centroids = faiss.vector_to_array(quantiser.centroids).reshape(width, WORDS, -1)
        return cls(rotation, centroids)

    @property
    def width(self) -> int:
        """Bytes of a code."""
        return len(self.centroids)

    def distance(self) -> Lookup:
        """What scores its codes."""
        return Lookup(self.width)

    def encode(self, vectors: NDArray[Any]) -> Codes:
        """uint8 (n, bytes) of vectors (n, d)."""
        codes = np.zeros((len(vectors), self.width), dtype=np.uint8)
        squares = (self.centroids**2).sum(axis=2)
        for start in range(0, len(vectors), BLOCK):
            block = slice(start, start + BLOCK)
            for byte, part in enumerate(self._parts(vectors[block])):
                away = squares[byte] - 2 * part @ self.centroids[byte].T
                codes[block, byte] = away.argmin(axis=1)
        return codes

    def asked(self, vectors: NDArray[Any], metric: Metric = "l2") -> Floats:
        """Queries for ``Lookup``, float32 (n, 256 bytes); 1 kB a byte of the codes and query.

        Args:
            vectors: (n, d).
            metric: ``l2``, scores are squared distances below zero; ``dot``, products.
        """
        tables = np.zeros((len(vectors), self.width, WORDS), dtype=np.float32)
        squares = (self.centroids**2).sum(axis=2)
        for byte, part in enumerate(self._parts(vectors)):
            products = part @ self.centroids[byte].T
            if metric == "l2":
                products = 2 * products - squares[byte] - (part**2).sum(axis=1, keepdims=True)
            tables[:, byte] = products
        return tables.reshape(len(vectors), self.width * WORDS)

    def state(self) -> dict[str, NDArray[Any]]:
        """All that was learnt, as arrays by name."""
        return {"rotation": self.rotation, "centroids": self.centroids}

    @classmethod
    def of(cls, state: Mapping[str, NDArray[Any]], d: int, width: int) -> ProductQuantiser:
        """The quantiser whose ``state`` it is.

        Raises:
            KeyError, ValueError: It is not that of vectors of d numbers and codes of width bytes.
        """
        rotation, centroids = state["rotation"], state["centroids"]
        own = centroids.ndim == 3 and centroids.shape[:2] == (width, WORDS)
        if not own or rotation.shape != (d, width * centroids.shape[2]):
            raise ValueError("rotation or centroids are of another shape")
        return cls(rotation, centroids)

    def _parts(self, vectors: NDArray[Any]) -> list[Floats]:
        turned = np.asarray(vectors, dtype=np.float32) @ self.rotation
        return np.split(turned, self.width, axis=1)


@dataclass(frozen=True, eq=False)
class RaBitQuantiser:
    """The sign of each number of a turned vector, and two floats: d / 8 + 8 bytes.

    With o = R (x - c), R a random rotation and c the mean: <o, q> is estimated without bias by
    |o|^2 / |o|_1 <sign(o), q> (theorem 3.2 of the paper, its two scalars multiplied out). The query
    is not rounded, which is only there to make scores quicker.

    Args:
        rotation: float32 (d, D), with orthonormal rows; D is d, filled up to whole bytes.
        centre: float32 (d,).

    Example:
        >>> vectors = np.random.default_rng(0).standard_normal((50, 16)).astype(np.float32)
        >>> own = RaBitQuantiser.train(vectors)
        >>> codes = own.encode(vectors)
        >>> codes.shape, int(Factored(16).scores(own.asked(vectors[:1])[0], codes).argmax())
        ((50, 10), 0)
    """

    rotation: Floats
    centre: Floats

    @classmethod
    def train(cls, vectors: NDArray[Any], seed: int = 0) -> RaBitQuantiser:
        """The mean of vectors (n, d), and a rotation by the seed; O(d^2) memory, O(d^3) time."""
        d, whole = vectors.shape[1], 8 * packed_width(vectors.shape[1])
        rotation, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((whole, whole)))
        centre = np.asarray(np.mean(vectors, axis=0, dtype=np.float64), dtype=np.float32)
        return cls(rotation[:d].astype(np.float32), centre)

    @property
    def width(self) -> int:
        """Bytes of a code."""
        return self.distance().width

    def distance(self) -> Factored:
        """What scores its codes."""
        return Factored(self.rotation.shape[1])

    def encode(self, vectors: NDArray[Any]) -> Codes:
        """uint8 (n, bytes) of vectors (n, d)."""
        turned = self._turned(vectors)
        squares = (turned**2).sum(axis=1)
        sums = np.abs(turned).sum(axis=1)
        factor = np.divide(2 * squares, sums, out=np.zeros_like(sums), where=sums > 0)
        floats = np.stack([factor, squares], axis=1).astype("<f4").view(np.uint8)
        return np.concatenate([pack(turned), floats], axis=1)

    def asked(self, vectors: NDArray[Any], metric: Metric = "l2") -> Floats:
        """Queries for ``Factored``, float32 (n, D + 1).

        Args:
            vectors: (n, d).
            metric: ``l2``, scores are estimates of squared distances below zero, plus a number that
                is the query's own; ``dot``, of products, less such a number.
        """
        if metric == "l2":
            return np.pad(self._turned(vectors), ((0, 0), (0, 1)), constant_values=-1.0)
        turned = np.asarray(vectors, dtype=np.float32) @ self.rotation
        return np.pad(turned / 2, ((0, 0), (0, 1)))

    def state(self) -> dict[str, NDArray[Any]]:
        """All that was learnt, as arrays by name."""
        return {"rotation": self.rotation, "centre": self.centre}

    @classmethod
    def of(cls, state: Mapping[str, NDArray[Any]], d: int) -> RaBitQuantiser:
        """The quantiser whose ``state`` it is.

        Raises:
            KeyError, ValueError: It is not that of vectors of d numbers.
        """
        shapes = (d, 8 * packed_width(d)), (d,)
        if (state["rotation"].shape, state["centre"].shape) != shapes:
            raise ValueError("rotation or centre are of another shape")
        return cls(state["rotation"], state["centre"])

    def _turned(self, vectors: NDArray[Any]) -> Floats:
        apart = np.asarray(vectors, dtype=np.float32) - self.centre
        return np.asarray(apart @ self.rotation, dtype=np.float32)


def _check_width(stored: Codes, width: int) -> None:
    if stored.ndim != 2 or stored.shape[1] != width:
        raise ValueError(f"codes have shape (n, {width}), got {stored.shape}")
