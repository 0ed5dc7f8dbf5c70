"""Items by the nodes that they are filed at: who lies below a node, and how many below each."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.items import ItemLabels
from hierhash.labels.paths import Path
from hierhash.labels.tree import LabelTree

Rows = NDArray[np.int64]
UNKNOWN = -1
"""In place of a node, of an item without a label."""


class Filed:
    """The items of a tree; each node that an item is filed at is kept as one whole number.

    Memory: 4 bytes a label path, and 8 more where an item has several.

    Args:
        tree: The tree.
        labels: Of n items in it.

    Example:
        >>> tree = LabelTree.from_nested({"A": ["a", "b"], "B": []}, name="t")
        >>> filed = Filed(tree, tree.encode([["a"], ["a", "b"], ["B"], []]))
        >>> filed.below(("A",)).tolist(), filed.counts()[("A",)], filed.counts()[("A", "b")]
        ([0, 1], 2, 1)
    """

    def __init__(self, tree: LabelTree, labels: ItemLabels) -> None:
        self._tree, self._labels = tree, labels
        self._place = {node: place for place, node in enumerate(tree.nodes)}

    @cached_property
    def _nodes(self) -> NDArray[np.int32]:
        """The node of each label path, by its place among the tree's; of no path none."""
        codes = self._labels.codes
        found = np.zeros(len(codes), dtype=np.int32)
        for level in range(1, min(self._tree.depth, codes.shape[1]) + 1):
            places = [self._place[node] for node in self._tree.nodes_at(level)]
            own = codes[:, level - 1]
            known = own >= 0
            found[known] = np.array(places, dtype=np.int32)[own[known]]
        return found

    @cached_property
    def _owners(self) -> Rows | None:
        """The item of each label path; None where path i is the one of item i."""
        counts = self._labels.counts
        return None if (counts == 1).all() else np.repeat(np.arange(self._labels.n), counts)

    @cached_property
    def unknown(self) -> Rows:
        """Rows of the items without a label."""
        return np.flatnonzero(~self._labels.labelled)

    def below(self, node: Path) -> Rows:
        """Rows of the items at or below a node, rising."""
        inside = np.zeros(len(self._place), dtype=bool)
        inside[[place for own, place in self._place.items() if own[: len(node)] == node]] = True
        paths = np.flatnonzero(inside[self._nodes])
        if self._owners is None:
            return paths
        rows = self._owners[paths]
        # Rising already, and an item of several paths below the node stands there several times.
        return rows[np.append(True, rows[1:] != rows[:-1])] if len(rows) else rows

    def place(self, node: Path) -> int:
        """The number of a node: its place among the tree's nodes."""
        return self._place[node]

    def above(self) -> list[list[int]]:
        """Of each item the numbers of all nodes that it lies at or below; UNKNOWN of no label.

        Example:
            >>> tree = LabelTree.from_nested({"A": ["a", "b"], "B": []}, name="t")
            >>> Filed(tree, tree.encode([["a", "b"], [], ["B"]])).above()
            [[0, 1, 2], [-1], [3]]
        """
        items, nodes = self._pairs
        order = np.argsort(items, kind="stable")
        every = nodes[order].tolist()
        ends = np.cumsum(np.bincount(items, minlength=self._labels.n)).tolist()
        starts = [0, *ends][:-1]
        return [sorted(every[a:b]) or [UNKNOWN] for a, b in zip(starts, ends, strict=True)]

    def counts(self, may: NDArray[np.bool_] | None = None) -> dict[Path, int]:
        """How many items lie at or below each node, those without any left out.

        Args:
            may: Bool (n,), which items count; None for all.
        """
        nodes, tree = self._nodes, self._tree.nodes
        if self._owners is None:
            nodes = nodes if may is None else nodes[may]
            found = self._rolled_up(np.bincount(nodes, minlength=len(tree)))
        elif self._labels.single_path:
            nodes = nodes if may is None else nodes[may[self._owners]]
            found = self._rolled_up(np.bincount(nodes, minlength=len(tree)))
        else:
            found = self._of_several_paths(may)
        return {node: int(n) for node, n in zip(tree, found, strict=True) if n}

    def _rolled_up(self, own: NDArray[np.int64]) -> NDArray[np.int64]:
        found = own.copy()
        # Parents stand before their children.
        for place in range(len(own) - 1, -1, -1):
            node = self._tree.nodes[place]
            if len(node) > 1:
                found[self._place[node[:-1]]] += found[place]
        return found

    @cached_property
    def _pairs(self) -> tuple[Rows, NDArray[np.int32]]:
        """Every item with each node that it lies below, once."""
        items, nodes = [], []
        for level in range(1, self._tree.depth + 1):
            rows, classes, _ = self._labels.multi_hot_rows(level)
            every = self._tree.nodes_at(level)
            # A leaf above the last level is a class of all levels below it, too.
            own = np.array([len(node) == level for node in every])[classes]
            places = np.array([self._place[node] for node in every], dtype=np.int32)
            items.append(rows[own])
            nodes.append(places[classes[own]])
        return np.concatenate(items), np.concatenate(nodes)

    def _of_several_paths(self, may: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        items, nodes = self._pairs
        kept = nodes if may is None else nodes[may[items]]
        return np.bincount(kept, minlength=len(self._place))
