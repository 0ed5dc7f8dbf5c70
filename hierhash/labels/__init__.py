"""Label trees: classes in levels, item labels as integers, similarity and graded relevance.

No torch here. Level numbers start at 1 (the coarsest) and end at L (the leaves).

Example:
    >>> tree = LabelTree.from_nested({"Apparel": ["Tops", "Jeans"], "Toys": ["Puzzles"]})
    >>> labels = tree.encode([["Tops"], ["Jeans"], ["Puzzles"]])
    >>> LevelSimilarity(labels, tree.weights()).dense().tolist()
    [[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]]
    >>> relevance_levels(labels, labels).tolist()
    [[2, 1, 0], [1, 2, 0], [0, 0, 2]]
"""

from __future__ import annotations

from hierhash.labels.items import ItemLabels
from hierhash.labels.paths import Path, format_path, parse_path
from hierhash.labels.relevance import lca_height_similarity, relevance_levels
from hierhash.labels.similarity import LevelSimilarity
from hierhash.labels.tree import LabelTree
from hierhash.labels.weights import SCHEMES, WeightSpec, level_weights

__all__ = [
    "SCHEMES",
    "ItemLabels",
    "LabelTree",
    "LevelSimilarity",
    "Path",
    "WeightSpec",
    "format_path",
    "lca_height_similarity",
    "level_weights",
    "parse_path",
    "relevance_levels",
]
