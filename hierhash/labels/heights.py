"""Similarity of classes by the height of their lowest common ancestor (Barz & Denzler, 2019)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.paths import ROOT, Path
from hierhash.labels.structure import TreeStructure


def heights(tree: TreeStructure) -> dict[Path, int]:
    """The height of every node: edges on the longest way down to a childless node.

    Example:
        >>> from hierhash.labels import LabelTree
        >>> found = heights(LabelTree.from_nested({"A": ["a"], "B": []}, name="t"))
        >>> found[()], found["A",], found["B",]
        (2, 1, 0)
    """
    height: dict[Path, int] = {}
    for path in reversed((ROOT, *tree.nodes)):
        height[path] = max((height[child] + 1 for child in tree.children(path)), default=0)
    return height


def lca_height_similarity(
    tree: TreeStructure, left: Sequence[Path], right: Sequence[Path] | None = None
) -> NDArray[np.float64]:
    """s(u, v) = 1 - height(LCA(u, v)) / height(root) for pairs of nodes.

    On a tree whose leaves all lie at level L this is the level similarity with uniform weights;
    on a ragged tree it is not, as a shallow node may stand high or low. An inner node is less
    than 1 similar to itself: its members differ below it.

    Args:
        tree: The label tree.
        left: u nodes.
        right: v nodes; the same as ``left`` when None.

    Returns:
        float64 (u, v) in [0, 1].

    Example:
        >>> from hierhash.labels import LabelTree
        >>> tree = LabelTree.from_nested({"A": ["a", "b"], "B": ["c"]}, name="t")
        >>> lca_height_similarity(tree, tree.leaves).tolist()
        [[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    height = heights(tree)
    others = left if right is None else right
    number = {path: i for i, path in enumerate((ROOT, *tree.nodes))}
    by_number = np.array([height[path] for path in number])
    lowest = np.zeros((len(left), len(others)), dtype=np.int64)  # the root
    for depth in range(1, tree.depth + 1):
        # Nodes shorter than the depth get numbers that differ between the two sides.
        mine = np.array([number[path[:depth]] if len(path) >= depth else -1 for path in left])
        yours = np.array([number[path[:depth]] if len(path) >= depth else -2 for path in others])
        lowest = np.where(mine[:, None] == yours[None, :], mine[:, None], lowest)
    return np.asarray(1.0 - by_number[lowest] / height[ROOT], dtype=np.float64)
