"""Entries of classes that name their parents, from wherever these are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from hierhash.errors import TreeError, did_you_mean
from hierhash.labels.raw_tree import DEEPEST, Entry, TreeParts, entry_problems, shown, too_deep

MOST_PLACES = 1_000_000
MOST_PROBLEMS = 50


@dataclass(frozen=True)
class Node:
    """A class as read; how it is identified need not be kept as its ``id``."""

    name: str
    where: str
    aliases: tuple[str, ...] = ()
    id: str = ""
    names: tuple[tuple[str, str], ...] = ()


class Edge(NamedTuple):
    """That one class lies right below another, and where it is said."""

    child: str
    parent: str
    where: str


def graph_parts(
    nodes: Mapping[str, Node],
    edges: Iterable[Edge],
    name: str,
    source: str,
    every_parent: bool = False,
) -> TreeParts:
    """The parts of the tree of some classes and who lies below whom, in the order of the nodes.

    Args:
        nodes: By what identifies them.
        edges: Child and parent by the same.
        name: Of the tree.
        source: Leads messages about the tree as a whole.
        every_parent: A class of several parents gets a place below each, with all below it;
            without this it is refused.

    Raises:
        TreeError: Unknown parents, two parents, cycles, or wrong names.

    Example:
        >>> nodes = {"1": Node("Wear", "t:1"), "2": Node("Hats", "t:2")}
        >>> parts = graph_parts(nodes, [Edge("2", "1", "t:2")], "t", "t")
        >>> parts["entries"][0].children[0].name
        'Hats'
    """
    parents: dict[str, dict[str, str]] = {one: {} for one in nodes}
    problems: list[str] = []
    for child, parent, where in edges:
        if parent not in nodes:
            near = did_you_mean(parent, nodes) if len(problems) < MOST_PROBLEMS else ""
            hint = near or "; add it, or correct the parent"
            problems.append(f"{where}: '{shown(parent)}' is not among the classes{hint}")
        else:
            parents[child].setdefault(parent, where)
    problems += [] if every_parent else _second_parents(nodes, parents)
    if not problems:
        problems += _cycle(nodes, parents)
    if problems:
        raise TreeError(_first(problems))
    entries = _grown(nodes, parents, source)
    if problems := entry_problems(entries, source):
        raise TreeError(_first(problems))
    return TreeParts(entries=entries, name=name, levels=None, level_weights=None, source=source)


def _second_parents(
    nodes: Mapping[str, Node], parents: Mapping[str, Mapping[str, str]]
) -> list[str]:
    problems = []
    for child, own in parents.items():
        if len(own) > 1:
            first, second, *_ = ((nodes[one].name, where) for one, where in own.items())
            problems.append(
                f"{second[1]}: '{nodes[child].name}' has {len(own)} parents, '{first[0]}' "
                f"(at {first[1]}) and '{second[0]}'; a tree allows one: remove the others, or give "
                "it a place below each with hierhash tree import --dag paths"
            )
    return problems


def _cycle(nodes: Mapping[str, Node], parents: Mapping[str, Mapping[str, str]]) -> list[str]:
    try:
        TopologicalSorter(parents).prepare()
    except CycleError as error:
        ring: list[str] = error.args[1]
        names = [f"'{nodes[one].name}'" for one in ring]
        text = " > ".join(names if len(names) <= 10 else [*names[:4], "...", *names[-2:]])
        where = parents[ring[1]][ring[0]]
        return [f"{where}: cycle {text}; remove one of its edges"]
    return []


def _grown(
    nodes: Mapping[str, Node], parents: Mapping[str, Mapping[str, str]], source: str
) -> list[Entry]:
    """The entries of an acyclic graph; a class stands as often as there are ways down to it."""
    below: dict[str, list[str]] = {one: [] for one in nodes}
    for child, own in parents.items():
        for parent in own:
            below[parent].append(child)
    top = [one for one, own in parents.items() if not own]
    entries: list[Entry] = []
    open_lists = [(entries, one, 1) for one in reversed(top)]
    places = 0
    while open_lists:
        siblings, one, depth = open_lists.pop()
        node = nodes[one]
        if depth > DEEPEST:
            raise TreeError(too_deep(node.where))
        if (places := places + 1) > MOST_PLACES:
            raise TreeError(
                f"{source}: with a place below each parent there are over {MOST_PLACES:,} places; "
                "remove parents, or import a part of it"
            )
        entry = Entry(node.name, node.where, node.aliases, [], node.id, node.names)
        siblings.append(entry)
        open_lists += [(entry.children, child, depth + 1) for child in reversed(below[one])]
    return entries


def _first(problems: list[str]) -> list[str]:
    """The first problems, and how many more there are."""
    more = len(problems) - MOST_PROBLEMS
    return problems if more <= 0 else [*problems[:MOST_PROBLEMS], f"... and {more} more of these"]
