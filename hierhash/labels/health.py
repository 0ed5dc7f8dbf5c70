"""What of a tree makes trouble for who files items in it: chains, twins, empty leaves, slant."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from hierhash.labels.items import ItemLabels
from hierhash.labels.paths import ROOT, Path
from hierhash.labels.tree import LabelTree

FEW, LETTERS = 2, 6
"""Names of more than so many letters for each of a few that differ are easily mixed up."""
MOST_SIBLINGS = 2_000
"""Names of more siblings are not compared with each other by their letters."""


@dataclass(frozen=True)
class Health:
    """What was found.

    Args:
        depths: How many childless nodes stand at each depth, 1 to L.
        balance: How evenly leaves are spread over the top classes: entropy as a share of the
            largest possible, 1 where all have as many; 1 of a single top class.
        largest: The top class with most leaves, and its share of them.
        singletons: Nodes with a single child, which no item can tell from it.
        twins: Nodes whose names differ in case, number, punctuation or a letter, of one parent, or
            equal ones of several; and why.
        empty: Leaves without an item; none where no items are known.
        items: Items of each leaf, if known.
    """

    depths: dict[int, int]
    balance: float
    largest: tuple[Path, float]
    singletons: list[Path]
    twins: list[tuple[Path, Path, str]]
    empty: list[Path] = field(default_factory=list)
    items: list[int] = field(default_factory=list)


def tree_health(tree: LabelTree, labels: ItemLabels | None = None) -> Health:
    """The health of a tree.

    Args:
        tree: The tree.
        labels: Of some items in it.

    Example:
        >>> tree = LabelTree.from_nested({"Wear": ["Hat", "Hats"], "Toys": ["Dolls"]}, name="t")
        >>> found = tree_health(tree)
        >>> found.singletons, found.twins[0][2]
        ([('Toys',)], 'differ in case, number or punctuation')
    """
    childless = [node for node in tree.nodes if not tree.children(node)]
    counts = Counter(leaf[:1] for leaf in tree.leaves)
    top, most = counts.most_common(1)[0]
    found = Health(
        depths=dict(sorted(Counter(map(len, childless)).items())),
        balance=_evenness(list(counts.values())),
        largest=(top, most / len(tree.leaves)),
        singletons=[node for node in tree.nodes if len(tree.children(node)) == 1],
        twins=list(_twins(tree)),
    )
    if labels is None:
        return found
    own = labels.codes[:, -1]
    items = np.bincount(own[own >= 0], minlength=len(tree.leaves))
    found.items.extend(items.tolist())
    found.empty.extend(tree.leaves[row] for row in np.flatnonzero(items == 0).tolist())
    return found


def _evenness(counts: list[int]) -> float:
    """Entropy of counts as a share of the largest possible.

    Example:
        >>> _evenness([5, 5]), round(_evenness([9, 1]), 2), _evenness([7])
        (1.0, 0.47, 1.0)
    """
    if len(counts) < 2:
        return 1.0
    total = sum(counts)
    entropy = -sum(one / total * math.log(one / total) for one in counts)
    return entropy / math.log(len(counts))


def _twins(tree: LabelTree) -> Iterator[tuple[Path, Path, str]]:
    """Pairs of names that people take for each other; the first of several stands for all."""
    first: dict[str, Path] = {}
    for parent in (ROOT, *tree.nodes):
        siblings = tree.children(parent)
        known: dict[str, Path] = {}
        rest: list[Path] = []
        for node in siblings:
            twin = known.setdefault(plain_form(node[-1]) or node[-1], node)
            if twin is not node:
                yield twin, node, "differ in case, number or punctuation"
            else:
                rest.append(node)
        yield from _alike(rest)
    for node in tree.nodes:
        twin = first.setdefault(node[-1].casefold(), node)
        one_class = bool(tree.id(node)) and tree.id(node) == tree.id(twin)
        if twin is not node and twin[:-1] != node[:-1] and not one_class:
            yield twin, node, "same name in two places: a label must be a whole path or an id"


def _alike(siblings: list[Path]) -> Iterator[tuple[Path, Path, str]]:
    names = [plain_form(node[-1]) for node in siblings]
    if len(names) > MOST_SIBLINGS:
        return
    apart = process.cdist(names, names, scorer=Levenshtein.distance, score_cutoff=FEW)
    for row, column in np.argwhere(np.triu(apart <= FEW, 1)).tolist():
        own, other = names[row], names[column]
        # Of short names each letter says much, and 65-inch is not 55-inch.
        few = apart[row, column] <= min(len(own), len(other)) / LETTERS
        if few and re.sub(r"\d+", "", own) != re.sub(r"\d+", "", other):
            yield siblings[row], siblings[column], "differ in a letter or two"


def plain_form(name: str) -> str:
    """A name in small letters, without punctuation and the plural's s of its words.

    Example:
        >>> plain_form("T-Shirts & Tops"), plain_form("t shirt top")
        ('t shirt top', 't shirt top')
    """
    words = re.findall(r"\w+", name.casefold().replace("_", " "))
    return " ".join(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words)
