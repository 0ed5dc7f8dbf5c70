"""Graded relevance and similarity by the lowest common ancestor of two items or classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.items import ItemLabels
from hierhash.labels.paths import ROOT, Path
from hierhash.labels.structure import TreeStructure

Rows: TypeAlias = slice | NDArray[np.integer] | NDArray[np.bool_] | None


def relevance_levels(
    query: ItemLabels, database: ItemLabels, rows: Rows = None
) -> NDArray[np.int8]:
    """How deep query and database items agree: 0 (nothing shared) to L (the same leaf).

    The depth of the lowest common ancestor, over several paths the maximum over pairs of paths.
    A shallow leaf is repeated downwards, so the same leaf is always L. An item on an inner node
    is unknown below it and agrees there with nothing; an unlabelled item agrees with nothing.
    Level weights play no part.

    Memory: the result takes q x n bytes and the work two arrays more of that size (for items
    with several paths: as many bytes as distinct query nodes x database paths). Call it with a
    block of ``rows`` at a time; nothing is n x n.

    Args:
        query: Labels of the queries.
        database: Labels of the n database items, of the same tree.
        rows: Which queries: a slice, item numbers or a mask; all when None.

    Returns:
        int8 (q, n).

    Raises:
        ValueError: The labels are of trees of different depth.

    Example:
        >>> from hierhash.labels import LabelTree
        >>> tree = LabelTree.from_nested({"A": ["a", "b"], "B": ["c"]}, name="t")
        >>> queries = tree.encode([["a"], ["A"], ["b", "c"]])
        >>> relevance_levels(queries, tree.encode([["a"], ["b"], ["c"], []])).tolist()
        [[2, 1, 0, 0], [1, 1, 0, 0], [1, 2, 2, 0]]
    """
    if query.depth != database.depth:
        raise ValueError(f"query labels have {query.depth} levels, database {database.depth}")
    chosen = query if rows is None else query.subset(rows)
    if database.single_path and chosen.single_path:
        return agreement(chosen.single_codes, database.single_codes)
    # One row of agreement per distinct query path, then the best of each query's paths.
    distinct, inverse = np.unique(chosen.codes, axis=0, return_inverse=True)
    by_path = _best_of_runs(agreement(distinct, database.codes).T, database.offsets).T
    return _best_of_runs(by_path[inverse.ravel()], chosen.offsets)


def agreement(left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.int8]:
    """At how many levels each pair of code rows agrees; -1 agrees with nothing.

    Args:
        left: int32 (q, L).
        right: int32 (n, L).

    Returns:
        int8 (q, n).

    Example:
        >>> agreement(np.array([[0, -1]]), np.array([[0, -1], [0, 2], [1, 3]])).tolist()
        [[1, 1, 0]]
    """
    depth = np.zeros((len(left), len(right)), dtype=np.int8)
    equal = np.empty(depth.shape, dtype=np.bool_)
    for level in range(left.shape[1]):
        # -1 becomes -2 on one side only, so that two unknowns never agree.
        column = np.where(left[:, level] < 0, -2, left[:, level])
        np.equal(column[:, None], right[None, :, level], out=equal)
        depth += equal.view(np.int8)
    return depth


def _best_of_runs(values: NDArray[np.int8], offsets: NDArray[np.int64]) -> NDArray[np.int8]:
    """The maximum over each run of rows ``offsets[i]:offsets[i + 1]``; 0 for an empty run."""
    best = np.zeros((len(offsets) - 1, values.shape[1]), dtype=np.int8)
    filled = np.diff(offsets) > 0
    if filled.any():
        # Empty runs take no row, so the starts of the filled ones still cut the rows right.
        best[filled] = np.maximum.reduceat(values, offsets[:-1][filled], axis=0)
    return best


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
