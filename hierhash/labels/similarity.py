"""The distinct sets of classes that items have at a level, and how much any two sets share."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hierhash.labels.items import ItemLabels
from hierhash.labels.relevance import Rows, relevance_levels

Overlap: TypeAlias = Literal["any", "jaccard"]


class SetSharing:
    """How much pairs of class sets share, computed block by block.

    Args:
        members: SciPy CSR float32 (u, classes), row = set, 1 for each member.
        overlap: ``any`` (1 when a class is shared) or ``jaccard`` (shared / all classes).

    Example:
        >>> import scipy.sparse as sp
        >>> sets = sp.csr_array(np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]], dtype=np.float32))
        >>> SetSharing(sets, "jaccard")(np.array([0, 2]), np.array([0, 1, 2])).tolist()
        [[1.0, 0.5, 0.0], [0.0, 0.0, 1.0]]
    """

    def __init__(self, members: Any, overlap: Overlap) -> None:
        self._members = members
        self._sizes = np.diff(members.indptr).astype(np.float32)
        self._overlap = overlap

    def __len__(self) -> int:
        """Number u of distinct sets."""
        return len(self._sizes)

    def __call__(
        self, rows: NDArray[np.integer], cols: NDArray[np.integer] | None = None
    ) -> NDArray[np.float32]:
        """float32 (rows, cols): the sharing of sets by their ids; all sets when ``cols`` is None.

        Takes the memory of the block asked for, three times over at most.
        """
        right = self._members if cols is None else self._members[cols]
        shared = np.asarray((self._members[rows] @ right.T).todense(), dtype=np.float32)
        if self._overlap == "any":
            return (shared > 0).astype(np.float32)
        sizes = self._sizes if cols is None else self._sizes[cols]
        return np.asarray(shared / (self._sizes[rows][:, None] + sizes[None, :] - shared))

    def times(self, values: NDArray[Any], rows_at_once: int = 1024) -> NDArray[Any]:
        """The u x u sharing matrix times ``values`` (u, k), never holding more than some rows.

        Time O(u^2 k) with u the number of distinct sets, memory O(rows_at_once * u).
        """
        out = np.empty_like(values)
        for start in range(0, len(self), rows_at_once):
            ids = np.arange(start, min(start + rows_at_once, len(self)))
            out[ids] = self(ids).astype(values.dtype, copy=False) @ values
        return out


def level_sets(
    labels: ItemLabels, level: int, overlap: Overlap
) -> tuple[NDArray[np.int64], SetSharing | None]:
    """The distinct class sets of a level.

    Args:
        labels: Labels of n items.
        level: 1 (coarsest) to L.
        overlap: How sets are compared.

    Returns:
        int64 (n,), the id of each item's set, -1 for the empty set; and the sharing of the sets,
        None when no item has two classes here (then the id is the class's number, and two sets
        share all or nothing).

    Example:
        >>> labels = ItemLabels(np.array([[0], [1], [1], [0]]), np.array([0, 2, 4, 4]))
        >>> ids, sharing = level_sets(labels, 1, "any")
        >>> ids.tolist(), len(sharing)
        ([0, 0, -1], 1)
    """
    items, classes, counts = labels.multi_hot_rows(level)
    ids = np.full(labels.n, -1, dtype=np.int64)
    if counts.max(initial=0) <= 1:
        ids[items] = classes
        return ids, None
    import scipy.sparse as sp

    starts = np.concatenate([[0], np.cumsum(counts)])
    members: list[NDArray[np.int32]] = []
    sizes: list[NDArray[np.int64]] = []
    known = 0
    for size in np.unique(counts[counts > 0]):
        own = np.flatnonzero(counts == size)
        rows = classes[starts[own][:, None] + np.arange(size)]
        distinct, inverse = np.unique(rows, axis=0, return_inverse=True)
        ids[own] = known + inverse.ravel()
        known += len(distinct)
        members.append(distinct.ravel())
        sizes.append(np.full(len(distinct), size))
    indices = np.concatenate(members)
    indptr = np.concatenate([[0], np.cumsum(np.concatenate(sizes))])
    shape = (known, int(indices.max()) + 1)
    table = sp.csr_array((np.ones(len(indices), np.float32), indices, indptr), shape=shape)
    return ids, SetSharing(table, overlap)


class LevelSimilarity:
    """S_ij = sum over levels l of w_l s_l(i, j), with s_l the sharing of ancestors at level l.

    For items of one path s_l is 1 when both have the same ancestor. For items of several paths
    it is 1 when they share any ancestor (``any``), or the shared part of all their ancestors
    (``jaccard``). Below an inner node, and for unlabelled items, nothing is known: they are
    similar to themselves alone. The diagonal is always 1. A tree of depth 1 with ``any`` gives
    the 0/1 share-a-label matrix of flat hashing.

    Memory: O(n L) for the codes and set ids, plus the block asked for (a byte per pair and level
    comparison, and 4 bytes per pair for the result).

    Args:
        labels: Labels of n items.
        weights: (L,) non-negative, summing to 1, coarsest first (see `LabelTree.weights`).
        overlap: ``any`` or ``jaccard``.

    Raises:
        ValueError: The weights do not fit, or the overlap is unknown.

    Example:
        >>> from hierhash.labels import LabelTree
        >>> tree = LabelTree.from_nested({"A": ["a", "b"], "B": ["c"]}, name="t")
        >>> S = LevelSimilarity(tree.encode([["a"], ["b"], ["c"]]), [0.25, 0.75])
        >>> S.block(slice(0, 2), slice(None)).tolist()
        [[1.0, 0.25, 0.0], [0.25, 1.0, 0.0]]
        >>> S.dot(np.ones((3, 1))).ravel().tolist()
        [1.25, 1.25, 1.0]
    """

    def __init__(self, labels: ItemLabels, weights: ArrayLike, overlap: Overlap = "any") -> None:
        self.labels = labels
        self.weights = np.asarray(weights, dtype=np.float64)
        self.overlap = overlap
        if self.weights.shape != (labels.depth,):
            raise ValueError(f"{self.weights.size} weights for {labels.depth} levels")
        if not (self.weights >= 0).all() or not np.isclose(self.weights.sum(), 1.0):
            raise ValueError("weights must be at least 0 and sum to 1")
        if overlap not in get_args(Overlap):
            raise ValueError(f"overlap '{overlap}' is not one of {', '.join(get_args(Overlap))}")
        levels = range(1, labels.depth + 1)
        sets = [level_sets(labels, level, overlap) for level in levels]
        self.set_ids: NDArray[np.int64] = np.stack([ids for ids, _ in sets], axis=1)
        """int64 (n, L): the id of the item's set of ancestors at each level, -1 when empty."""
        self._sharing = [sharing for _, sharing in sets]

    @property
    def n(self) -> int:
        """Number of items."""
        return self.labels.n

    def sharing(self, level: int) -> SetSharing | None:
        """How the sets of a level share; None when sharing means equal ids.

        The result gives any block of the u x u matrix of the level's u distinct sets, and its
        product with a vector. u is at most n, and in practice the number of label combinations.
        """
        return self._sharing[self._checked(level)]

    def block(self, rows: Rows, cols: Rows) -> NDArray[np.float32]:
        """Part of S.

        Args:
            rows: q items: a slice, item numbers or a mask; None for all.
            cols: m items likewise.

        Returns:
            float32 (q, m) in [0, 1].
        """
        mine, yours = self._numbers(rows), self._numbers(cols)
        if self.overlap == "any" or all(sharing is None for sharing in self._sharing):
            # Who shares a class shares every class above it, so the depth of agreement decides.
            depth = relevance_levels(self.labels.subset(mine), self.labels.subset(yours))
            block = np.empty(depth.shape, dtype=np.float32)
            for row, agreed in zip(block, depth, strict=True):  # a row at a time stays in cache
                np.take(self._by_depth, agreed, out=row, mode="clip")
        else:
            block = np.zeros((len(mine), len(yours)), dtype=np.float32)
            for level, weight in enumerate(self.weights, start=1):
                block += np.float32(weight) * self._shared(level, mine, yours)
            np.minimum(block, 1.0, out=block)
        return _with_diagonal(block, mine, yours)

    def dense(self) -> NDArray[np.float32]:
        """All of S, float32 (n, n): 4 n^2 bytes. For small n, tests and figures only."""
        return self.block(None, None)

    def dot(self, V: ArrayLike) -> NDArray[Any]:
        """The product S V without S.

        O(n L k) time for items of one path; levels with several classes an item add O(u^2 k) for
        their u distinct sets. O((n + u) k) memory.

        Args:
            V: (n, k) or (n,), real.

        Returns:
            The product, of V's shape; float32 for float32, else float64.

        Example:
            >>> labels = ItemLabels(np.array([[0], [0], [1]]), np.arange(4))
            >>> LevelSimilarity(labels, [1.0]).dot([1, 2, 4]).tolist()
            [3.0, 3.0, 4.0]
        """
        import scipy.sparse as sp

        values = np.asarray(V)
        values = values.astype(np.float32 if values.dtype == np.float32 else np.float64)
        if values.shape[:1] != (self.n,) or values.ndim > 2:
            raise ValueError(f"V has shape {values.shape}; expected ({self.n},) or ({self.n}, k)")
        table = values.reshape(self.n, -1)
        total = np.zeros_like(table)
        for ids, weight, sharing in zip(self.set_ids.T, self.weights, self._sharing, strict=True):
            known = np.flatnonzero(ids >= 0)
            count = len(sharing) if sharing else int(ids.max(initial=-1)) + 1
            ones = np.ones(len(known), dtype=table.dtype)
            members = sp.csr_array((ones, (ids[known], known)), shape=(count, self.n))
            sums = members @ table
            if sharing is not None:
                sums = sharing.times(sums)
            part = table.copy()  # an item of no known class is similar to itself alone
            part[known] = sums[ids[known]]
            total += part * table.dtype.type(weight)
        return total.reshape(values.shape)

    @cached_property
    def _by_depth(self) -> NDArray[np.float32]:
        """float32 (L + 1,): S of two items that agree down to each depth; exactly 1 at L."""
        reached = np.concatenate([[0.0], np.cumsum(self.weights)])
        return np.asarray(np.minimum(reached / reached[-1], 1.0), dtype=np.float32)

    def _shared(
        self, level: int, mine: NDArray[np.intp], yours: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """s_l without the rule that an item is like itself."""
        left, right = self.set_ids[mine, level - 1], self.set_ids[yours, level - 1]
        sharing = self._sharing[level - 1]
        if sharing is None:
            left = np.where(left < 0, -2, left)
            return np.asarray(np.equal(left[:, None], right[None, :]), dtype=np.float32)
        # Compare distinct sets once, then spread to the pairs; the empty set shares nothing.
        left_sets, left_at = np.unique(left, return_inverse=True)
        right_sets, right_at = np.unique(right, return_inverse=True)
        between = sharing(np.maximum(left_sets, 0), np.maximum(right_sets, 0))
        between[left_sets < 0, :] = 0
        between[:, right_sets < 0] = 0
        return np.asarray(between[left_at[:, None], right_at[None, :]])

    def _numbers(self, rows: Rows) -> NDArray[np.intp]:
        everyone = np.arange(self.n)
        return everyone if rows is None else everyone[rows]

    def _checked(self, level: int) -> int:
        if not 1 <= level <= self.labels.depth:
            raise ValueError(f"level {level} is not in 1..{self.labels.depth}")
        return level - 1


def _with_diagonal(
    block: NDArray[np.float32], rows: NDArray[np.intp], cols: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Set the pairs of an item with itself to 1, in place and without a q x m mask."""
    order = np.argsort(cols, kind="stable")
    first = np.searchsorted(cols[order], rows, side="left")
    count = np.searchsorted(cols[order], rows, side="right") - first
    at_row = np.repeat(np.arange(len(rows)), count)
    step = np.arange(len(at_row)) - np.repeat(np.cumsum(count) - count, count)
    block[at_row, order[first[at_row] + step]] = 1.0
    return block
