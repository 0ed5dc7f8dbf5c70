"""What became of every node of a tree in a later version of it, and where its items go.

A node is found again, in this order: by what a map says, by its id, by its path, by a name that is
the only one of its kind in what is left of both trees, as an alias of a new node, and below a
parent that was found by its children or by a name of nearly its letters. What was found by guess,
and what was not, is to be looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from rapidfuzz import fuzz

from hierhash.errors import TreeError
from hierhash.labels.paths import ROOT, Path
from hierhash.labels.tree import LabelTree

Kind = Literal["same", "renamed", "moved", "merged", "split", "new", "dropped"]
NEAR = 70.0


@dataclass(frozen=True)
class Change:
    """What became of a node.

    Args:
        kind: ``same``; ``renamed`` (another name below the same parent), ``moved`` (another
            parent), ``merged`` (a node that others became, too), ``split`` (a leaf that has
            children now), ``dropped``, ``new``.
        old: Its path; () of a new one.
        new: Where its items go; of a dropped node the nearest node above it that is left, or ().
        look: Whether a person must look: it was guessed, or items lose what they knew.
    """

    kind: Kind
    old: Path
    new: Path
    look: bool


def tree_changes(
    old: LabelTree, new: LabelTree, told: Mapping[Path, Path] | None = None
) -> list[Change]:
    """One change for each node of the old tree, in its order, and then the new ones.

    Args:
        old: The earlier version.
        new: The later one.
        told: Old to new nodes that are known.

    Example:
        >>> old = LabelTree.from_nested({"Wear": ["Hats", "Shoes"]}, name="t")
        >>> new = LabelTree.from_nested({"Apparel": ["Hats"], "Shoes": ["Boots"]}, name="t")
        >>> [(one.kind, one.old, one.new) for one in tree_changes(old, new)][:2]
        [('renamed', ('Wear',), ('Apparel',)), ('same', ('Wear', 'Hats'), ('Apparel', 'Hats'))]
    """
    known = told or {}
    found, guessed = _found(old, new, known)
    many = Counter(found.values())
    changes = [_change(node, old, new, found, guessed, many) for node in old.nodes]
    changes = [replace(one, look=one.look and one.old not in known) for one in changes]
    taken = set(found.values())
    return changes + [Change("new", ROOT, node, False) for node in new.nodes if node not in taken]


def _change(
    node: Path,
    old: LabelTree,
    new: LabelTree,
    found: Mapping[Path, Path],
    guessed: set[Path],
    many: Mapping[Path, int],
) -> Change:
    if node not in found:
        above = next(
            (found[node[:d]] for d in range(len(node) - 1, 0, -1) if node[:d] in found), ROOT
        )
        return Change("dropped", node, above, True)
    there, look = found[node], node in guessed
    if not old.children(node) and new.children(there):
        return Change("split", node, there, True)
    if many[there] > 1:
        return Change("merged", node, there, look)
    if found.get(node[:-1], ROOT) != there[:-1]:
        return Change("moved", node, there, look)
    return Change("renamed" if node[-1] != there[-1] else "same", node, there, look)


def _found(
    old: LabelTree, new: LabelTree, told: Mapping[Path, Path]
) -> tuple[dict[Path, Path], set[Path]]:
    """Old nodes that were found again, and those of them that are guesses."""
    found = dict(told)
    by_id = {new.id(node): node for node in new.nodes if new.id(node)}
    for node in old.nodes:
        if node in found:
            continue
        if old.id(node) and old.id(node) in by_id:
            found[node] = by_id[old.id(node)]
        elif node in new._row_of and not (old.id(node) and new.id(node)):
            found[node] = node
    _by_only_name(old, new, found)
    guessed: set[Path] = set()
    for node in old.nodes:  # parents first, so that a renamed parent leads to its children
        if node not in found and (guess := _guess(node, old, new, found)) is not None:
            found[node] = guess
            is_alias = node[-1] in (*new.aliases(guess), *new.names(guess).values())
            if not is_alias and node[-1] != guess[-1]:
                guessed.add(node)
    return found, guessed


def _by_only_name(old: LabelTree, new: LabelTree, found: dict[Path, Path]) -> None:
    taken = set(found.values())
    there = _only(node for node in new.nodes if node not in taken)
    for name, node in _only(node for node in old.nodes if node not in found).items():
        own, other = old.id(node), new.id(there[name]) if name in there else ""
        if name in there and not (own and other):
            found[node] = there[name]


def _only(nodes: Iterable[Path]) -> dict[str, Path]:
    """Nodes by a name that no other of them has."""
    kept = list(nodes)
    counts = Counter(node[-1] for node in kept)
    return {node[-1]: node for node in kept if counts[node[-1]] == 1}


def _guess(node: Path, old: LabelTree, new: LabelTree, found: Mapping[Path, Path]) -> Path | None:
    try:
        named = new.resolve(node[-1])
    except TreeError:
        named = None
    if named is not None and not (old.id(node) and new.id(named)):
        return named
    parent = found.get(node[:-1], ROOT if len(node) == 1 else None)
    if parent is None:
        return None
    taken = set(found.values())
    free = [one for one in new.children(parent) if one not in taken]
    below = {found[child][:-1] for child in old.children(node) if child in found}
    by_children = [one for one in free if one in below]
    if by_children:
        return by_children[0]
    if not free or old.id(node):
        return None
    best = max(free, key=lambda one: fuzz.ratio(node[-1].lower(), one[-1].lower()))
    return best if fuzz.ratio(node[-1].lower(), best[-1].lower()) >= NEAR else None
