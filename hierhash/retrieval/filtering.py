"""The rows of an index that meet conditions, from what is known of its items in memory.

A column is read from the items once, when it is first asked for: 8 bytes an item for its numbers,
and a list of rows for each of its values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.facets import CATEGORY, cell_values
from hierhash.labels.items import ItemLabels
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.conditions import Below, Compares, Condition, Equals
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.run_files import FACET

Rows = NDArray[np.int64]
COMPARED = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}


class Filter:
    """What an index's items can be chosen by.

    Args:
        index: The index.
    """

    def __init__(self, index: ExactIndex) -> None:
        self._index = index
        self._trees: dict[str, LabelTree] = {}
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._rows_of: dict[str, dict[str, list[int]]] = {}

    def rows(self, where: Sequence[Condition]) -> Rows | None:
        """Rows of the items that meet all conditions, rising; None without conditions."""
        if not where:
            return None
        return reduce(np.intersect1d, [self._rows(one) for one in where])

    def columns(self) -> list[str]:
        """The columns that any item has, in alphabetical order."""
        return sorted({name for cells in self._cells for name in cells})

    def values(self, column: str) -> list[str]:
        """The values that items have in a column, in alphabetical order."""
        return sorted({one for cells in self._cells for one in _values(cells, column)})

    def _rows(self, condition: Condition) -> Rows:
        if isinstance(condition, Below):
            return self._rows_below(condition)
        if isinstance(condition, Equals):
            found = self._of_column(condition.column).get(condition.value.casefold(), [])
            return np.asarray(found, dtype=np.int64)
        return self._rows_compared(condition)

    def _rows_below(self, condition: Below) -> Rows:
        tree, labels = self._tree(condition.tree), self._labels(condition.tree)
        level = len(condition.node)
        items, classes, _ = labels.multi_hot_rows(level)
        rows = items[classes == int(tree.ancestor_codes(condition.node)[level - 1])]
        if condition.unknown:
            rows = np.union1d(rows, np.flatnonzero(~labels.labelled))
        return np.asarray(rows, dtype=np.int64)

    def _rows_compared(self, condition: Compares) -> Rows:
        column = condition.column
        if column not in self._numbers:
            numbers = [number_of(cells.get(column, "")) for cells in self._cells]
            self._numbers[column] = np.array(numbers, dtype=np.float64)
        # What is no number compares as false.
        kept = COMPARED[condition.sign](self._numbers[column], condition.number)
        return np.flatnonzero(kept)

    def _of_column(self, column: str) -> dict[str, list[int]]:
        if column not in self._rows_of:
            rows: dict[str, list[int]] = {}
            for row, cells in enumerate(self._cells):
                for value in dict.fromkeys(one.casefold() for one in _values(cells, column)):
                    rows.setdefault(value, []).append(row)
            self._rows_of[column] = rows
        return self._rows_of[column]

    @cached_property
    def _cells(self) -> list[Mapping[str, Any]]:
        """What the columns say of each item."""
        return [cells_of(self._index.item(row)) for row in range(len(self._index))]

    def _tree(self, name: str) -> LabelTree:
        if name == CATEGORY and self._index.tree is not None:
            return self._index.tree
        if name not in self._trees:
            file = "tree.yaml" if name == CATEGORY else f"{FACET}{name}.yaml"
            self._trees[name] = LabelTree.from_yaml(self._index.run / file)
        return self._trees[name]

    def _labels(self, name: str) -> ItemLabels:
        return self._index.labels if name == CATEGORY else self._index.facets[name]


def cells_of(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the columns of a catalogue say of an item: a cell by the name of its column."""
    known = item.get("attributes")
    return known if isinstance(known, Mapping) else {}


def number_of(cell: object) -> float:
    """The number of a cell; not a number where it is none.

    Example:
        >>> number_of(" 19.90 "), number_of("free")
        (19.9, nan)
    """
    try:
        return float(str(cell))
    except ValueError:
        return math.nan


def _values(cells: Mapping[str, Any], column: str) -> list[str]:
    return cell_values(str(cells.get(column, "")))
