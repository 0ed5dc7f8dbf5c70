"""A text that is the name of a class means this class: it is looked up, not guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.names import node_texts
from hierhash.labels.paths import Path
from hierhash.labels.tree import LabelTree

LONGEST = 3


class Named(NamedTuple):
    """What a name stands for.

    Args:
        node: The node that is called so; of several, the one that all lie at or below, or ().
        classes: Level, from 0, and class there of every node that is called so.
    """

    node: Path
    classes: Sequence[tuple[int, int]]

    def leaves(self, ancestors: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        """Bool (leaves,): those at or below a node that is called so.

        Args:
            ancestors: int (L, leaves), the class of each leaf at each level.
        """
        below = [ancestors[level] == own for level, own in self.classes]
        return np.asarray(np.any(below, axis=0))


Names = Mapping[str, Named]


def named_nodes(tree: LabelTree) -> Names:
    """By name or alias, as ``plain_name`` writes it, the nodes of a tree.

    Example:
        >>> tree = LabelTree.from_nested({"Ties": ["Ties", "Bow_ties"], "Hats": []}, name="t")
        >>> found = named_nodes(tree)
        >>> found["ties"].node, found["bow ties"].leaves(tree.leaf_ancestors).tolist()
        (('Ties',), [False, True, False])
    """
    nodes: dict[str, list[Path]] = {}
    for text, node in node_texts(tree):
        nodes.setdefault(plain_name(text), []).append(node)
    return {
        text: Named(
            _shared(own),
            [(len(node) - 1, int(tree.ancestor_codes(node)[len(node) - 1])) for node in own],
        )
        for text, own in nodes.items()
    }


def refiled_names(
    tree: LabelTree, moved: Mapping[Path, Path], leaves: Sequence[Path]
) -> dict[str, Named]:
    """By name the nodes of the tree that items are filed in, as leaves of the run's own tree.

    Args:
        tree: What items are filed in.
        moved: Where nodes of the run's tree are in it.
        leaves: Of the run's tree; those that are gone are below no node.

    Example:
        >>> filed = LabelTree.from_nested({"Headwear": ["Caps"]}, name="t")
        >>> names = refiled_names(filed, {("Hats",): ("Headwear",)}, [("Hats",), ("Toys",)])
        >>> names["headwear"].node, names["headwear"].classes, "caps" in names
        (('Headwear',), [(0, 0)], False)
    """
    gone = np.full(tree.depth, -1, dtype=np.int32)
    there = [moved.get(leaf) for leaf in leaves]
    codes = np.stack([tree.ancestor_codes(one) if one else gone for one in there], axis=1)
    depth = max(map(len, leaves))
    found = {}
    for text, own in named_nodes(tree).items():
        inside = np.any([codes[level] == one for level, one in own.classes], axis=0)
        if inside.any():
            rows = np.flatnonzero(inside).tolist()
            found[text] = Named(own.node, [(depth - 1, row) for row in rows])
    return found


def named_within(text: str, names: Names) -> Named | None:
    """What the one part of a text stands for that is a name; None where it has none, or several.

    Longer parts, of up to LONGEST words, go before shorter ones.

    Example:
        >>> names = {"blue": Named(("Blue",), [(0, 0)]), "navy blue": Named(("Navy",), [(0, 1)])}
        >>> named_within("a Navy blue bird", names).node, named_within("blue bird", names).node
        (('Navy',), ('Blue',))
    """
    words = re.findall(r"[^\W_]+(?:[-'][^\W_]+)*", text.lower())
    for length in range(min(LONGEST, len(words)), 0, -1):
        parts = (" ".join(words[at : at + length]) for at in range(len(words) - length + 1))
        found = [names[part] for part in parts if part in names]
        if found:
            return found[0] if len({one.node for one in found}) == 1 else None
    return None


def looked_up(
    chances: NDArray[Any],
    texts: Sequence[str],
    names: Names,
    ancestors: NDArray[np.integer[Any]],
    within: bool = False,
) -> NDArray[np.float64]:
    """Leaf probabilities; of a text that is a name all its leaves are as likely, and no others.

    Args:
        within: It is enough that a part of the text is a name, as a colour's in "blue bird".
        chances: (n, leaves).
        texts: The n texts.
        names: Of the tree; see ``named_nodes``.
        ancestors: int (L, leaves), the class of each leaf at each level of the tree.

    Example:
        >>> names = {"hats": Named(("Hats",), [(0, 1)])}
        >>> looked_up(np.array([[0.6, 0.3, 0.1]]), ["Hats"], names, np.array([[0, 1, 1]])).tolist()
        [[0.0, 0.5, 0.5]]
    """
    found = np.array(chances, dtype=np.float64)
    for row, text in enumerate(texts):
        named = names.get(plain_name(text)) or (named_within(text, names) if within else None)
        if named is not None:
            leaves = named.leaves(ancestors)
            found[row] = leaves / leaves.sum()
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
