"""The distinct sets of classes that items have at a level, and how much any two sets share."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.items import ItemLabels

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
