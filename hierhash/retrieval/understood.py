"""What a query was understood as: a node of the category's tree and a value of each facet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.facets import CATEGORY
from hierhash.labels.paths import Path
from hierhash.labels.tree import LabelTree

CLEAR = 0.5
"""A node is clear when it is likelier than all that lies elsewhere together."""


@dataclass(frozen=True)
class Understood:
    """The deepest clear node of a tree, and how sure it is.

    Args:
        tree: ``category`` or the facet's name.
        node: Its path; empty where not even a top node is clear.
        confidence: Its probability, 0..1.
    """

    tree: str
    node: Path
    confidence: float

    def __str__(self) -> str:
        """Path and confidence, after the name of a facet."""
        name = "" if self.tree == CATEGORY else f"{self.tree} "
        return f"{name}{' > '.join(self.node)} ({self.confidence:.2f})"


def understand(tree: LabelTree, chances: NDArray[Any], name: str = CATEGORY) -> Understood:
    """The deepest node on the way to the likeliest leaf that is clear.

    Args:
        tree: The tree.
        chances: (leaves,), probabilities of its leaves.
        name: What the tree is about.

    Example:
        >>> tree = LabelTree.from_nested({"Apparel": ["Dress", "Jeans"], "Toys": []}, name="t")
        >>> print(understand(tree, np.array([0.4, 0.35, 0.25])))
        Apparel (0.75)
    """
    ancestors = tree.leaf_ancestors
    best = int(np.argmax(chances))
    found = Understood(name, (), 0.0)
    for level, classes in enumerate(ancestors, start=1):
        share = float(chances[classes == classes[best]].sum())
        if share >= CLEAR:
            found = Understood(name, tree.path_of(level, int(classes[best])), share)
    return found


def understand_all(
    trees: Mapping[str, LabelTree], posteriors: Mapping[str, NDArray[Any]]
) -> list[Understood]:
    """What one query was understood as in every tree where something is clear.

    Args:
        trees: ``category`` and the facets.
        posteriors: By the same names (leaves,) probabilities; trees without are left out.
    """
    found = [
        understand(trees[name], chances, name)
        for name, chances in posteriors.items()
        if name in trees
    ]
    return [one for one in found if one.node]


def sentence(understood: Sequence[Understood]) -> str:
    """One line for people.

    Example:
        >>> sentence([Understood("category", ("Dress",), 0.9), Understood("colour", ("Red",), 0.8)])
        'understood: Dress (0.90), colour Red (0.80)'
        >>> sentence([])
        'understood: nothing clear'
    """
    return f"understood: {', '.join(map(str, understood)) or 'nothing clear'}"
