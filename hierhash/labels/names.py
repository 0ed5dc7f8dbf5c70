"""The names of a tree's nodes as texts: what a class is called is the shortest text about it."""

from __future__ import annotations

from hierhash.labels.paths import Path
from hierhash.labels.tree import LabelTree


def node_texts(tree: LabelTree) -> list[tuple[str, Path]]:
    """Names in all languages and aliases of all nodes, each with the node; underscores are spaces.

    Example:
        >>> nodes = [{"name": "big_cats", "aliases": ["lions"]}]
        >>> node_texts(LabelTree.from_nested(nodes, name="t"))
        [('big cats', ('big_cats',)), ('lions', ('big_cats',))]
    """
    return [
        (text.replace("_", " "), node)
        for node in tree.nodes
        for text in dict.fromkeys((node[-1], *tree.aliases(node), *tree.names(node).values()))
    ]
