"""A label tree that has all of another one and more: which of its leaves are old, which new."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hierhash.errors import TreeError
from hierhash.labels.paths import Path, format_path
from hierhash.labels.tree import LabelTree


def old_places(old: LabelTree, grown: LabelTree, source: str = "") -> NDArray[np.int64]:
    """The place in the old tree of each leaf of the grown one; -1 of a new leaf.

    Nodes may stand in another order.

    Args:
        old: The tree that was learnt.
        grown: A tree with all its nodes, each below its old ancestors, and more leaves.
        source: Where the grown tree was read from, which leads the messages; its name when empty.

    Returns:
        int64 (leaves of the grown tree,).

    Raises:
        TreeError: In one line: an old node is missing or moved, an old leaf has children now, the
            number of levels differs, a name or alias means another node, or nothing is new.

    Example:
        >>> old = LabelTree.from_nested({"A": ["a", "b"]}, name="shop")
        >>> grown = LabelTree.from_nested({"B": ["d"], "A": ["b", "c", "a"]}, name="shop")
        >>> old_places(old, grown).tolist()
        [-1, 1, -1, 0]
        >>> old_places(old, LabelTree.from_nested({"A": ["a"], "B": ["b"]}), "new.yaml")
        Traceback (most recent call last):
        hierhash.errors.TreeError: new.yaml: 'A/b' moved to 'B/b'; leave every node of the run's ...
    """
    source = source or grown.name
    known = set(grown.nodes)
    for node in old.nodes:
        if node not in known:
            raise TreeError(
                f"{source}: '{format_path(node)}' {_gone(node, old, grown)}; leave every "
                "node of the run's tree where it is, and add to them"
            )
    for leaf in old.leaves:
        if grown.children(leaf):
            child = format_path(grown.children(leaf)[0])
            raise TreeError(
                f"{source}: '{format_path(leaf)}' is a leaf of the run and has the child '{child}' "
                "here; a leaf that was learnt cannot be divided: add new leaves beside it"
            )
    if grown.depth != old.depth:
        raise TreeError(
            f"{source}: {grown.depth} levels, and the run's tree has {old.depth}; new leaves lie "
            "no deeper than the old ones"
        )
    _refuse_other_meanings(old, grown, source)
    row_of = {leaf: row for row, leaf in enumerate(old.leaves)}
    places = np.array([row_of.get(leaf, -1) for leaf in grown.leaves], dtype=np.int64)
    if (places >= 0).all():
        raise TreeError(f"{source}: no leaf that the run does not know; add the new ones")
    return places


def _refuse_other_meanings(old: LabelTree, grown: LabelTree, source: str) -> None:
    """Labels that stand in the run's data name the same nodes in both trees."""
    for node in old.nodes:
        for name in (node[-1], *old.aliases(node)):
            try:
                if old.resolve(name) != node:
                    continue
            except TreeError:  # several nodes: such a label stands in no data
                continue
            try:
                now = format_path(grown.resolve(name))
            except TreeError:
                now = "several nodes"
            if now != format_path(node):
                raise TreeError(
                    f"{source}: '{name}' named '{format_path(node)}' and names {now} here, so the "
                    "run's own items would be read anew; give the new node another name"
                )


def _gone(node: Path, old: LabelTree, grown: LabelTree) -> str:
    before = set(old.nodes)
    namesakes = [one for one in grown.nodes if one[-1] == node[-1] and one not in before]
    return f"moved to '{format_path(namesakes[0])}'" if len(namesakes) == 1 else "is missing"
