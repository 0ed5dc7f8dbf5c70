"""What a query was understood as: a node of the category's tree and a value of each facet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.facets import CATEGORY
from hierhash.labels.paths import Path
from hierhash.labels.tree import LabelTree
from hierhash.metrics.risk_control import chain

CLEAR = 0.5
"""Where no risk is controlled, a node is clear that is likelier than all elsewhere together."""


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
        return f"{name}{' > '.join(self.node)} ({rounded_down(self.confidence):.2f})"


def rounded_down(confidence: float) -> float:
    """A probability in whole hundredths that never says more than is known: 1 is certainty.

    Example:
        >>> rounded_down(0.997), rounded_down(1.0), rounded_down(0.29)
        (0.99, 0.99, 0.29)
    """
    return min(math.floor(confidence * 100 + 1e-6) / 100, 0.99)


def understand(
    tree: LabelTree, chances: NDArray[Any], name: str = CATEGORY, threshold: float = CLEAR
) -> Understood:
    """The deepest node on the way to the likeliest leaf that is likely enough.

    Args:
        tree: The tree.
        chances: (leaves,), probabilities of its leaves.
        name: What the tree is about.
        threshold: The probability that a node needs, at least CLEAR: a risk may allow any guess,
            and a search that filters by a guess hides what was asked for.

    Example:
        >>> tree = LabelTree.from_nested({"Apparel": ["Dress", "Jeans"], "Toys": []}, name="t")
        >>> print(understand(tree, np.array([0.4, 0.35, 0.25])))
        Apparel (0.75)
    """
    nodes, shares = chain(np.asarray(chances, dtype=np.float64)[None], tree.leaf_ancestors)
    found = Understood(name, (), 0.0)
    for level, (node, share) in enumerate(zip(nodes[0], shares[0], strict=True), start=1):
        if share >= max(threshold, CLEAR):
            found = Understood(name, tree.path_of(level, int(node)), float(min(share, 1.0)))
    return found


def understand_all(
    trees: Mapping[str, LabelTree],
    posteriors: Mapping[str, NDArray[Any]],
    thresholds: Mapping[str, float] | None = None,
) -> list[Understood]:
    """What one query was understood as in every tree where something is clear.

    Args:
        trees: ``category`` and the facets.
        posteriors: By the same names (leaves,) probabilities; trees without are left out.
        thresholds: By the same names the probability that a node needs; CLEAR where none is given.
    """
    needed = thresholds or {}
    found = [
        understand(trees[name], chances, name, needed.get(name, CLEAR))
        for name, chances in posteriors.items()
        if name in trees
    ]
    return [one for one in found if one.node]


def relation(node: Path, paths: Sequence[Sequence[str]]) -> str:
    """How an answer stands to the node that a query was understood as.

    Args:
        node: The node.
        paths: Paths of the answer.

    Returns:
        ``exact`` at or below the node, ``relative`` below the same top node, ``beyond`` elsewhere.

    Example:
        >>> relation(("A", "a"), [("A", "b")]), relation(("A",), [("A", "b")])
        ('relative', 'exact')
    """
    own = [tuple(path) for path in paths]
    if any(path[: len(node)] == node for path in own):
        return "exact"
    return "relative" if any(path[:1] == node[:1] for path in own) else "beyond"


def sentence(understood: Sequence[Understood]) -> str:
    """One line for people.

    Example:
        >>> sentence([Understood("category", ("Dress",), 0.9), Understood("colour", ("Red",), 0.8)])
        'understood: Dress (0.90), colour Red (0.80)'
        >>> sentence([])
        'understood: nothing clear'
    """
    return f"understood: {', '.join(map(str, understood)) or 'nothing clear'}"
