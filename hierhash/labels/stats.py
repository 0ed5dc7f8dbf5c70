"""Figures about a label tree: sizes, branching and weights."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hierhash.errors import TreeError
from hierhash.labels.tree import LabelTree


def tree_statistics(tree: LabelTree) -> dict[str, Any]:
    """The figures of a tree as plain values, ready for JSON.

    Example:
        >>> tree = LabelTree.from_nested({"A": ["a", "b"], "B": ["c"], "C": []}, name="t")
        >>> found = tree_statistics(tree)
        >>> found["leaves"], found["levels"][1]["classes"], found["single_children"]
        (4, 4, 1)
    """
    below = {node: len(tree.children(node)) for node in tree.nodes}
    inner = [count for count in below.values() if count]
    names = Counter(node[-1] for node in tree.nodes)
    weights: list[float] | list[None]
    try:
        weights = tree.weights().tolist()
    except TreeError:  # information_content: known once there are training labels
        weights = [None] * tree.depth
    at_depth = Counter(len(node) for node in tree.nodes)
    return {
        "name": tree.name,
        "depth": tree.depth,
        "nodes": len(tree),
        "leaves": len(tree.leaves),
        "levels": [
            {
                "level": level,
                "name": tree.levels[level - 1],
                "classes": len(tree.nodes_at(level)),
                "nodes": at_depth[level],
                "childless": sum(1 for n, c in below.items() if len(n) == level and not c),
                "largest_branching": max((c for n, c in below.items() if len(n) == level)),
                "weight": weights[level - 1],
            }
            for level in range(1, tree.depth + 1)
        ],
        "mean_branching": sum(inner) / len(inner) if inner else 0.0,
        "largest_branching": max(inner, default=0),
        "single_children": sum(1 for count in inner if count == 1),
        "repeated_names": sum(1 for count in names.values() if count > 1),
        "aliases": sum(len(tree.aliases(node)) for node in tree.nodes),
        "level_weights": tree.level_weights,
        "sha256": tree.sha256,
    }
