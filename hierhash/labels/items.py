"""Labels of many items as integers: what similarity, relevance and the heads compute from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ItemLabels:
    """The ancestor codes of n items with any number of label paths each.

    Args:
        codes: int32 (P, L). One row per (item, path): at each level the number of the path's
            ancestor class in ``tree.nodes_at(level)``, -1 below an inner node.
        offsets: int64 (n + 1,). Item i owns rows ``offsets[i]:offsets[i + 1]``; an item without
            rows is unlabelled.

    Raises:
        ValueError: Shapes do not fit, or the offsets are not those of P rows.

    Example:
        >>> from hierhash.labels import LabelTree
        >>> tree = LabelTree.from_nested({"A": ["a"], "B": ["b", "c"]}, name="t")
        >>> labels = tree.encode([["c"], [], ["B"]])
        >>> labels.n, labels.depth, labels.single_path
        (3, 2, True)
        >>> labels.single_codes.tolist()
        [[1, 2], [-1, -1], [1, -1]]
    """

    codes: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Check the shapes and make the arrays contiguous."""
        codes = np.ascontiguousarray(self.codes, dtype=np.int32)
        offsets = np.ascontiguousarray(self.offsets, dtype=np.int64)
        if codes.ndim != 2 or codes.shape[1] < 1 or offsets.ndim != 1 or not len(offsets):
            raise ValueError("codes must be (P, L) with L >= 1 and offsets (n + 1,)")
        if offsets[0] != 0 or offsets[-1] != len(codes) or (np.diff(offsets) < 0).any():
            raise ValueError("offsets must rise from 0 to the number of code rows")
        object.__setattr__(self, "codes", codes)
        object.__setattr__(self, "offsets", offsets)

    def __len__(self) -> int:
        """Number of items."""
        return self.n

    @property
    def n(self) -> int:
        """Number of items."""
        return len(self.offsets) - 1

    @property
    def depth(self) -> int:
        """Number of levels L."""
        return int(self.codes.shape[1])

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """int64 (n,): number of label paths of each item."""
        return np.diff(self.offsets)

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """Whether each item has a label, bool (n,)."""
        return self.counts > 0

    @cached_property
    def single_path(self) -> bool:
        """Whether every item has at most one path."""
        return bool((self.counts <= 1).all())

    @cached_property
    def single_codes(self) -> NDArray[np.int32]:
        """int32 (n, L), read-only: the ancestor codes of each item, -1 rows for unlabelled ones.

        Raises:
            ValueError: An item has several paths.
        """
        if not self.single_path:
            raise ValueError("single_codes: an item has several paths; use codes and offsets")
        # Levels are compared one by one, so each is kept together in memory.
        codes = np.full((self.n, self.depth), -1, dtype=np.int32, order="F")
        codes[self.labelled] = self.codes
        codes.flags.writeable = False  # one array for every caller
        return codes

    @property
    def leaf_known(self) -> NDArray[np.bool_]:
        """Whether each item has a leaf, bool (n,); others are no queries of leaf metrics."""
        return self.multi_hot_rows(self.depth)[2] > 0

    def multi_hot_rows(
        self, level: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
        """The (item, class) pairs of a level, without repeats.

        Args:
            level: 1 (coarsest) to L.

        Returns:
            items int64 (m,) rising, classes int32 (m,) rising within an item, and the number of
            classes of each item int64 (n,).

        Example:
            >>> from hierhash.labels import LabelTree
            >>> tree = LabelTree.from_nested({"A": ["a"], "B": ["b", "c"]}, name="t")
            >>> items, classes, count = tree.encode([["b", "c"], ["a"]]).multi_hot_rows(1)
            >>> items.tolist(), classes.tolist(), count.tolist()
            ([0, 1], [1, 0], [1, 1])
        """
        column = self.codes[:, level - 1]
        owner = np.repeat(np.arange(self.n), self.counts)
        known = column >= 0
        owner, column = owner[known], column[known]
        order = np.lexsort((column, owner))
        owner, column = owner[order], column[order]
        fresh = np.ones(len(owner), dtype=bool)
        fresh[1:] = (owner[1:] != owner[:-1]) | (column[1:] != column[:-1])
        owner, column = owner[fresh], column[fresh]
        return owner, column, np.bincount(owner, minlength=self.n)

    def subset(self, index: slice | NDArray[np.integer] | NDArray[np.bool_]) -> ItemLabels:
        """The labels of some items, in the order of ``index`` (repeats allowed).

        Args:
            index: A slice, item numbers, or a boolean mask (n,).

        Example:
            >>> labels = ItemLabels(np.array([[0], [1], [2]]), np.array([0, 2, 3]))
            >>> labels.subset(np.array([1, 0])).codes.ravel().tolist()
            [2, 0, 1]
        """
        chosen = np.arange(self.n)[index]
        counts = self.counts[chosen]
        offsets = np.concatenate([[0], np.cumsum(counts)])
        # Row r of the result is row (r - start of its item here + start of its item there).
        shift = np.repeat(self.offsets[chosen] - offsets[:-1], counts)
        return ItemLabels(self.codes[np.arange(offsets[-1]) + shift], offsets)


def joined(parts: Sequence[ItemLabels]) -> ItemLabels:
    """Labels of items and then of others, in the same tree.

    Example:
        >>> one = ItemLabels(np.array([[0], [1]]), np.array([0, 1, 1, 2]))
        >>> joined([one, one]).offsets.tolist()
        [0, 1, 1, 2, 3, 3, 4]
    """
    counts = np.concatenate([part.counts for part in parts])
    codes = np.concatenate([part.codes for part in parts])
    return ItemLabels(codes, np.concatenate([[0], np.cumsum(counts)]))
