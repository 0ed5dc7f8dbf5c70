"""What became of every node of a tree in a later version of it, and where its items go.

A node is found again, parents first: by what a map says, by its id, by its path, below its parent's
new place by its own name or as an alias there. That is certain. What is found by a name elsewhere,
by its children or by a name of nearly its letters is a guess, which is to be looked at, as is what
was not found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import fuzz

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


@dataclass(frozen=True)
class Told:
    """What a person says of an old node: where its items go, whether it is gone, and to look on."""

    new: Path
    dropped: bool = False
    look: bool = False


def tree_changes(
    old: LabelTree, new: LabelTree, told: Mapping[Path, Told] | None = None
) -> list[Change]:
    """One change for each node of the old tree, in its order, and then the new ones.

    Args:
        old: The earlier version.
        new: The later one.
        told: What is known of some old nodes.

    Example:
        >>> old = LabelTree.from_nested({"Wear": ["Hats", "Shoes"]}, name="t")
        >>> new = LabelTree.from_nested({"Wear": ["Headwear", "Shoes"], "Toys": []}, name="t")
        >>> [(one.kind, one.old, one.new) for one in tree_changes(old, new)][1:3]
        [('dropped', ('Wear', 'Hats'), ('Wear',)), ('same', ('Wear', 'Shoes'), ('Wear', 'Shoes'))]
    """
    known = told or {}
    search = _Search(old, new, known)
    many = Counter(search.found.values())
    changes = [_change(node, old, new, search, many, known.get(node)) for node in old.nodes]
    taken = set(search.found.values())
    return changes + [Change("new", ROOT, node, False) for node in new.nodes if node not in taken]


def _change(
    node: Path,
    old: LabelTree,
    new: LabelTree,
    search: _Search,
    many: Mapping[Path, int],
    told: Told | None,
) -> Change:
    found = search.found
    if node not in found:
        above = (node[:depth] for depth in range(len(node) - 1, 0, -1))
        left = next((found[one] for one in above if one in found), ROOT)
        return Change("dropped", node, told.new if told else left, told.look if told else True)
    there = found[node]
    is_split = not old.children(node) and bool(new.children(there))
    look = told.look if told else node in search.guessed or is_split
    if is_split:
        return Change("split", node, there, look)
    if many[there] > 1:
        return Change("merged", node, there, look)
    # A parent that is gone is no place that a node could have stayed at.
    stayed = there[:-1] == (found.get(node[:-1]) if len(node) > 1 else ROOT)
    if not stayed:
        return Change("moved", node, there, look)
    return Change("renamed" if node[-1] != there[-1] else "same", node, there, look)


@dataclass
class _Search:
    """Looks for old nodes in a new tree.

    Args:
        old: The earlier version.
        new: The later one.
        told: What is known.
    """

    old: LabelTree
    new: LabelTree
    told: Mapping[Path, Told]
    found: dict[Path, Path] = field(default_factory=dict)
    guessed: set[Path] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Certain finds first, for all nodes; then guesses, parents first."""
        self._know_names()
        self._taken: set[Path] = set()
        left = []
        for node in self.old.nodes:
            if node in self.told:
                if not self.told[node].dropped:
                    self._take(node, self.told[node].new)
            elif (there := self._certain(node)) is not None:
                self._take(node, there)
            else:
                left.append(node)
        for node in left:
            if (there := self._below_parent(node)) is not None:
                self._take(node, there)
            elif (there := self._guess(node)) is not None:
                self._take(node, there)
                self.guessed.add(node)

    def _know_names(self) -> None:
        self._new_nodes = set(self.new.nodes)
        self._by_id: dict[str, list[Path]] = {}
        self._by_name: dict[str, list[Path]] = {}
        self._by_other: dict[str, list[Path]] = {}
        for node in self.new.nodes:
            self._by_name.setdefault(node[-1], []).append(node)
            if self.new.id(node):
                self._by_id.setdefault(self.new.id(node), []).append(node)
            for other in (*self.new.aliases(node), *self.new.names(node).values()):
                self._by_other.setdefault(other, []).append(node)

    def _take(self, node: Path, there: Path) -> None:
        self.found[node] = there
        self._taken.add(there)

    def _other_id(self, node: Path, there: Path) -> bool:
        """Whether both have ids, which are not the same: two classes, whatever their names."""
        own, other = self.old.id(node), self.new.id(there)
        return bool(own and other and own != other)

    def _certain(self, node: Path) -> Path | None:
        if places := self._by_id.get(self.old.id(node) or "\0"):
            if node in places:
                return node
            parent = self.found.get(node[:-1])
            free = [one for one in places if one not in self._taken] or places
            return next((one for one in free if one[:-1] == parent), free[0])
        return node if node in self._new_nodes and not self._other_id(node, node) else None

    def _below_parent(self, node: Path) -> Path | None:
        """Its own name, or the one node that has its name as another, where its parent is now."""
        parent = self.found.get(node[:-1], ROOT if len(node) == 1 else None)
        if parent is None:
            return None
        if (same := (*parent, node[-1])) in self._new_nodes and not self._other_id(node, same):
            return same
        others = [one for one in self._by_other.get(node[-1], ()) if one[:-1] == parent]
        return others[0] if len(others) == 1 and not self._other_id(node, others[0]) else None

    def _guess(self, node: Path) -> Path | None:
        named = self._by_name.get(node[-1]) or self._by_other.get(node[-1]) or []
        free = [one for one in named if one not in self._taken] or named
        if len(free) == 1 and not self._other_id(node, free[0]):
            return free[0]
        parent = self.found.get(node[:-1], ROOT if len(node) == 1 else None)
        if parent is None or self.old.id(node):
            return None
        siblings = [one for one in self.new.children(parent) if one not in self._taken]
        return self._by_children(node, siblings) or _nearest(node[-1], siblings)

    def _by_children(self, node: Path, siblings: Sequence[Path]) -> Path | None:
        """The sibling below which half of its children or more have nodes of their names."""
        children = {child[-1] for child in self.old.children(node)}
        for one in siblings:
            shared = children & {child[-1] for child in self.new.children(one)}
            if children and len(shared) >= len(children) / 2:
                return one
        return None


def _nearest(name: str, siblings: Sequence[Path]) -> Path | None:
    """The sibling whose name has nearly the same letters."""
    if not siblings:
        return None
    best = max(siblings, key=lambda one: fuzz.ratio(name.lower(), one[-1].lower()))
    return best if fuzz.ratio(name.lower(), best[-1].lower()) >= NEAR else None
