"""What a store must answer, by the plainest way there is: every item is looked at."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.items import ItemLabels
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.conditions import Below, Compares, Condition, Equals
from hierhash.retrieval.exact import ExactIndex
from hierhash.testing.small_store import COLOUR, TREE


@dataclass(frozen=True)
class Known:
    """One item, as the oracle keeps it."""

    id: str
    code: bytes
    paths: dict[str, list[tuple[str, ...]]]
    item: dict[str, Any]


class Oracle:
    """Items in the order of their insertion; methods are named as those of ``Store``.

    Args:
        index: The first items.
        tree: What they are filed in.
    """

    def __init__(self, index: ExactIndex, tree: LabelTree = TREE) -> None:
        self.tree = tree
        self.known: list[Known] = []
        self.add(index)

    def add(self, index: ExactIndex) -> None:
        """Items of the same ids are replaced; the new ones are last."""
        new = []
        for row in range(len(index)):
            paths = {
                "category": _paths(self.tree, index.labels, row),
                "colour": _paths(COLOUR, index.facets["colour"], row),
            }
            item = index.item(row)
            new.append(Known(item["id"], bytes(index.codes[row]), paths, item))
        ids = {one.id for one in new}
        self.known = [one for one in self.known if one.id not in ids] + new

    def remove(self, ids: Sequence[str]) -> None:
        """They are gone."""
        self.known = [one for one in self.known if one.id not in set(ids)]

    def meeting(self, where: Sequence[Condition]) -> list[Known]:
        """The items that meet all conditions."""
        return [one for one in self.known if all(_meets(one, condition) for condition in where)]

    def nearest(
        self, query: NDArray[np.uint8], where: Sequence[Condition]
    ) -> list[tuple[int, str]]:
        """Distances and ids of all items that meet the conditions, in canonical order."""
        found = [(_distance(bytes(query), one.code), one.id) for one in self.meeting(where)]
        return sorted(found, key=lambda one: one[0])

    def by_score(self, query: NDArray[np.float32], where: Sequence[Condition]) -> list[float]:
        """The scores of these items, the best first."""
        return sorted((_score(query, one.code) for one in self.meeting(where)), reverse=True)

    def counts(self, name: str, where: Sequence[Condition]) -> dict[tuple[str, ...], int]:
        """How many items that meet the conditions have each node or value."""
        found: dict[tuple[str, ...], int] = {}
        for one in self.meeting(where):
            for own in self._nodes(one, name):
                found[own] = found.get(own, 0) + 1
        return found

    def _nodes(self, one: Known, name: str) -> set[tuple[str, ...]]:
        """The nodes at or above an item's paths, or its values in a column."""
        if name in one.paths:
            return {path[:depth] for path in one.paths[name] for depth in range(1, len(path) + 1)}
        return {(self._spelled(name, value),) for value in _values(one, name)}

    def _spelled(self, name: str, value: str) -> str:
        known = [own for one in self.known for own in _values(one, name)]
        return min(own for own in known if own.casefold() == value.casefold())

    def having(self, word: str, where: Sequence[Condition]) -> set[str]:
        """Ids of the items of which something said holds a word."""
        return {one.id for one in self.meeting(where) if word.lower() in _said(one.item)}


def _paths(tree: LabelTree, labels: ItemLabels, row: int) -> list[tuple[str, ...]]:
    own = labels.codes[labels.offsets[row] : labels.offsets[row + 1]]
    found = []
    for codes in own:
        level = int((codes >= 0).sum())
        found.append(tree.nodes_at(level)[codes[level - 1]])
    return found


def _values(one: Known, column: str) -> list[str]:
    cell = str(one.item["attributes"].get(column, ""))
    return [value.strip() for value in cell.split("|") if value.strip()]


def _meets(one: Known, condition: Condition) -> bool:
    if isinstance(condition, Below):
        paths, node = one.paths[condition.tree], condition.node
        return any(path[: len(node)] == node for path in paths) or (condition.unknown and not paths)
    if isinstance(condition, Equals):
        values = [value.casefold() for value in _values(one, condition.column)]
        return condition.value.casefold() in values
    cell = str(one.item["attributes"].get(condition.column, ""))
    try:
        number = float(cell)
    except ValueError:
        return False
    return _compare(number, condition)


def _compare(number: float, condition: Compares) -> bool:
    if math.isnan(number):
        return False
    return {
        "<": number < condition.number,
        "<=": number <= condition.number,
        ">": number > condition.number,
        ">=": number >= condition.number,
    }[condition.sign]


def _distance(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def _score(query: NDArray[np.float32], code: bytes) -> float:
    bits = format(int.from_bytes(code, "big"), f"0{8 * len(code)}b")
    return sum(
        float(value) * (1 if bit == "1" else -1) for value, bit in zip(query, bits, strict=True)
    )


def _said(item: dict[str, Any]) -> list[str]:
    said = " ".join([item["text"] or "", item["id"], *map(str, item["attributes"].values())])
    return re.findall(r"[^\W_]+", said.lower())
