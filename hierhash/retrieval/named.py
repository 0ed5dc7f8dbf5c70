"""A text that is the name of a class means this class: it is looked up, not guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.names import node_texts
from hierhash.labels.paths import Path
from hierhash.labels.tree import LabelTree


class Named(NamedTuple):
    """What a name stands for.

    Args:
        node: The node that is called so; of several, the one that all lie at or below, or ().
        leaves: bool (leaves,), those at or below a node that is called so.
    """

    node: Path
    leaves: NDArray[np.bool_]


Names = Mapping[str, Named]


def named_nodes(tree: LabelTree) -> Names:
    """By name or alias, as ``plain_name`` writes it, the nodes of a tree.

    Example:
        >>> tree = LabelTree.from_nested({"Ties": ["Ties", "Bow_ties"], "Hats": []}, name="t")
        >>> found = named_nodes(tree)
        >>> found["ties"].node, found["bow ties"].leaves.tolist()
        (('Ties',), [False, True, False])
    """
    nodes: dict[str, list[Path]] = {}
    for text, node in node_texts(tree):
        nodes.setdefault(plain_name(text), []).append(node)
    found = {}
    for text, own in nodes.items():
        leaves = np.zeros(len(tree.leaves), dtype=bool)
        for node in own:
            row = len(node) - 1
            leaves |= tree.leaf_ancestors[row] == tree.ancestor_codes(node)[row]
        found[text] = Named(_shared(own), leaves)
    return found


def looked_up(chances: NDArray[Any], texts: Sequence[str], names: Names) -> NDArray[np.float64]:
    """Leaf probabilities; of a text that is a name all its leaves are as likely, and no others.

    Args:
        chances: (n, leaves).
        texts: The n texts.
        names: Of the tree; see ``named_nodes``.

    Example:
        >>> names = {"hats": Named(("Hats",), np.array([False, True, True]))}
        >>> looked_up(np.array([[0.6, 0.3, 0.1]]), ["Hats"], names).tolist()
        [[0.0, 0.5, 0.5]]
    """
    found = np.array(chances, dtype=np.float64)
    for row, text in enumerate(texts):
        if (named := names.get(plain_name(text))) is not None:
            found[row] = named.leaves / named.leaves.sum()
    return found


def _shared(nodes: Sequence[Path]) -> Path:
    """The way from the top that all nodes have in common."""
    first = nodes[0]
    depths = range(len(first), 0, -1)
    return next((first[:d] for d in depths if all(one[:d] == first[:d] for one in nodes)), ())


def plain_name(text: str) -> str:
    """A name in small letters and with single spaces.

    Example:
        >>> plain_name(" Big_Cats ")
        'big cats'
    """
    return " ".join(text.replace("_", " ").lower().split())
