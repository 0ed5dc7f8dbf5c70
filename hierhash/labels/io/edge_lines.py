"""A taxonomy as lines of two ids, parent and child, with a file of names or without.

WordNet's and CIFAR-100's hierarchies come so: ``n00001740 n00001930``, names as ``0 apple``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath

from hierhash.errors import TreeError
from hierhash.labels.io.graph import Edge, Node, graph_parts
from hierhash.labels.io.text_lines import Line, taxonomy_lines
from hierhash.labels.raw_tree import TreeParts, shown

PAIR = re.compile(r"(\S+?)(?:\s*[,;\t]\s*|\s+)(\S+)")
NAMED = re.compile(r"(\S+?)(?:\s*[,;\t]\s*|\s+)(\S.*)")


def read_edge_lines(
    text: str, source: str, names: Mapping[str, str] | None = None, every_parent: bool = False
) -> TreeParts:
    r"""The parts of the tree of some edges.

    Args:
        text: The file: parent, then child.
        source: Its name.
        names: Name by id; None names a class by its id. Ids without an edge are left out.
        every_parent: As in ``graph_parts``.

    Raises:
        TreeError: Every problem with its line.

    Example:
        >>> parts = read_edge_lines("1 2\n1 3\n", "t.txt", {"1": "wear", "2": "hats", "3": "socks"})
        >>> [child.name for child in parts["entries"][0].children], parts["entries"][0].id
        (['hats', 'socks'], '1')
    """
    nodes: dict[str, Node] = {}
    edges, problems = [], []
    for line in taxonomy_lines(text, source):
        found = PAIR.fullmatch(line.text.strip())
        if found is None:
            problems.append(
                f"{line.where}: '{shown(line.text.strip())}' is not parent and child; write two "
                "ids, parted by a space, a comma or a tab"
            )
            continue
        parent, child = found[1], found[2]
        for own in (parent, child):
            if names is not None and own not in names:
                problems.append(f"{line.where}: no name of '{shown(own)}'; add it to the names")
            nodes.setdefault(own, _node(own, line.where, names))
        edges.append(Edge(child, parent, line.where))
    if problems:
        raise TreeError(problems)
    return graph_parts(nodes, edges, FilePath(source).stem, source, every_parent)


def _node(own: str, where: str, names: Mapping[str, str] | None) -> Node:
    if names is None:
        return Node(own, where)
    return Node(names.get(own, own), where, id=own)


def read_names(text: str, source: str) -> dict[str, str]:
    r"""Names by id, of lines ``id name``.

    Raises:
        TreeError: A line without a name, or an id twice.

    Example:
        >>> read_names("0 apple\n1\taquarium fish\n", "names.txt")
        {'0': 'apple', '1': 'aquarium fish'}
    """
    names: dict[str, str] = {}
    problems = []
    for line in taxonomy_lines(text, source):
        found = NAMED.fullmatch(line.text.strip())
        if found is None:
            problems.append(f"{line.where}: no name after the id; write both")
        elif found[1] in names:
            problems.append(f"{line.where}: '{found[1]}' has a name already; remove one")
        else:
            names[found[1]] = found[2]
    if problems:
        raise TreeError(problems)
    return names


def are_edges(lines: Sequence[Line]) -> bool:
    """Whether all lines are two ids, or two words of which some are child and parent both.

    A list of classes of two words each, ``Men Shirts``, has no such words.
    """
    pairs = [PAIR.fullmatch(line.text) for line in lines]
    words = [(one[1], one[2]) for one in pairs if one is not None]
    if not words or len(words) < len(lines):
        return False
    if all(any(map(str.isdigit, one)) for pair in words for one in pair):
        return True
    parents, children = {one for one, _ in words}, [one for _, one in words]
    return bool(parents & set(children)) and len(set(children)) > len(children) / 2
