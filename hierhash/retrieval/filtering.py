"""The rows of an index that meet conditions, and how many lie where, from what it holds in memory.

Columns are read from the items once, when they are first asked for (``columns``). Rows that
conditions were met by are kept for the next query, up to KEPT bytes with what asked for them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from hierhash.errors import InputError
from hierhash.labels.facets import CATEGORY
from hierhash.labels.items import ItemLabels
from hierhash.labels.paths import Path
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.columns import Column, cells_of, columns_of
from hierhash.retrieval.conditions import Below, Compares, Condition, Equals
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.filed import Filed
from hierhash.retrieval.run_files import FACET

Rows = NDArray[np.int64]
Met = tuple[Condition, ...]
COMPARED = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
KEPT = 64 * 1024 * 1024
"""Bytes of rows that are kept, with their conditions."""
ENTRY = 1024
"""Bytes that an entry takes beside its rows, and each of its conditions beside its letters."""


class Filter:
    """What an index's items can be chosen by; threads may share it.

    Args:
        index: The index.
    """

    def __init__(self, index: ExactIndex) -> None:
        self._index = index
        self._filed: dict[str, Filed] = {}
        self._met: OrderedDict[Met, Rows] = OrderedDict()
        self._held = 0
        self._lock = Lock()

    def rows(self, where: Sequence[Condition]) -> Rows | None:
        """Rows of the items that meet all conditions, rising; None without conditions."""
        if not where:
            return None
        asked = tuple(where)
        with self._lock:
            if asked in self._met:
                self._met.move_to_end(asked)
                return self._met[asked]
        may = self._meeting(asked[0])
        for one in asked[1:]:
            may &= self._meeting(one)
        found = np.flatnonzero(may)
        found.flags.writeable = False  # one array for every query
        self._keep(asked, found)
        return found

    def _keep(self, asked: Met, found: Rows) -> None:
        if not len(found) or _size(asked, found) > KEPT // 4:
            return  # what nothing meets is refused, and anybody can make up more of it
        with self._lock:
            if asked not in self._met:
                self._met[asked] = found
                self._held += _size(asked, found)
            while self._held > KEPT:
                self._held -= _size(*self._met.popitem(last=False))

    def counts(self, name: str, where: Sequence[Condition]) -> dict[Path, int]:
        """See ``Store.counts``."""
        rows, may = self.rows(where), None
        if rows is not None:
            may = np.zeros(len(self._index), dtype=bool)
            may[rows] = True
        if name == CATEGORY or name in self._index.facets:
            return self.filed(name).counts(may)
        if name not in self._columns:
            raise InputError(f"no facet or column '{name}'")
        return self._columns[name].counts(may)

    def columns(self) -> list[str]:
        """The columns that any item has, in alphabetical order."""
        return sorted(self._columns)

    def values(self, column: str) -> list[str]:
        """The values that items have in a column, in alphabetical order."""
        return self._columns[column].values if column in self._columns else []

    def _meeting(self, condition: Condition) -> NDArray[np.bool_]:
        """Whether each item meets a condition, bool (n,)."""
        may = np.zeros(len(self._index), dtype=bool)
        if isinstance(condition, Below):
            filed = self.filed(condition.tree)
            may[filed.below(condition.node)] = True
            if condition.unknown:
                may[filed.unknown] = True
        else:
            may[self._rows(condition)] = True
        return may

    def _rows(self, condition: Equals | Compares) -> Rows:
        column = self._columns.get(condition.column)
        if column is None:
            return np.zeros(0, dtype=np.int64)
        if isinstance(condition, Equals):
            return column.having(condition.value)
        return column.compared(COMPARED[condition.sign], condition.number)

    @cached_property
    def _columns(self) -> dict[str, Column]:
        n = len(self._index)
        return columns_of((cells_of(self._index.item(row)) for row in range(n)), n)

    def filed(self, name: str) -> Filed:
        """The items by the nodes of ``category`` or a facet."""
        if name not in self._filed:
            self._filed[name] = Filed(self._tree(name), self._labels(name))
        return self._filed[name]

    def _tree(self, name: str) -> LabelTree:
        if name == CATEGORY and self._index.tree is not None:
            return self._index.tree
        file = "tree.yaml" if name == CATEGORY else f"{FACET}{name}.yaml"
        return LabelTree.from_yaml(self._index.run / file)

    def _labels(self, name: str) -> ItemLabels:
        return self._index.labels if name == CATEGORY else self._index.facets[name]


def _size(asked: Met, found: Rows) -> int:
    """Bytes that an entry takes: no letter has more than four."""
    return found.nbytes + ENTRY + sum(ENTRY + 4 * _letters(one) for one in asked)


def _letters(condition: Condition) -> int:
    if isinstance(condition, Below):
        return sum(map(len, (condition.tree, *condition.node)))
    value = condition.value if isinstance(condition, Equals) else ""
    return len(condition.column) + len(value)
