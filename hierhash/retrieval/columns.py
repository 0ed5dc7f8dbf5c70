"""The columns of many items: a number for each different cell, so that a column is one array.

They are read once, from all items. Memory: 4 bytes an item and a column, and the different cells.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.facets import cell_values

Rows = NDArray[np.int64]


class Column:
    """One column of n items.

    Args:
        cells: The different cells.
        numbers: int32 (n,), the cell of each item by its place among them.

    Example:
        >>> column = Column(["Red", "red | Blue"], np.array([0, 1, 0], np.int32))
        >>> column.values, column.having("RED").tolist(), column.counts()
        (['Blue', 'Red', 'red'], [0, 1, 2], {('Blue',): 1, ('Red',): 3})
    """

    def __init__(self, cells: list[str], numbers: NDArray[np.int32]) -> None:
        self._cells, self._of = cells, numbers

    @cached_property
    def values(self) -> list[str]:
        """The values that items have, in alphabetical order."""
        return sorted({value for cell in self._cells for value in cell_values(cell)})

    @cached_property
    def _with(self) -> dict[str, list[int]]:
        """By value in small letters the cells that have it."""
        found: dict[str, list[int]] = {}
        for place, cell in enumerate(self._cells):
            for value in dict.fromkeys(one.casefold() for one in cell_values(cell)):
                found.setdefault(value, []).append(place)
        return found

    @cached_property
    def _real(self) -> NDArray[np.float64]:
        """The number of each cell; not a number where it is none."""
        return np.array([number_of(cell) for cell in self._cells], dtype=np.float64)

    def having(self, value: str) -> Rows:
        """Rows of the items with a value, in any mixture of upper and lower case."""
        kept = np.zeros(len(self._cells), dtype=bool)
        kept[self._with.get(value.casefold(), [])] = True
        return np.flatnonzero(kept[self._of])

    def compared(self, compare: Any, number: float) -> Rows:
        """Rows of the items of which the number compares so; what is no number never does."""
        return np.flatnonzero(compare(self._real, number)[self._of])

    def counts(self, may: NDArray[np.bool_] | None = None) -> dict[tuple[str, ...], int]:
        """How many items have each value; see ``Store.counts``.

        Args:
            may: Bool (n,), which items count; None for all.
        """
        of = self._of if may is None else self._of[may]
        each = np.bincount(of, minlength=len(self._cells))
        spelled: dict[str, str] = {}
        for value in self.values:
            spelled.setdefault(value.casefold(), value)
        found = {value: int(each[own].sum()) for value, own in self._with.items()}
        return {(spelled[value],): found[value] for value in sorted(found) if found[value]}


def columns_of(items: Iterable[Mapping[str, Any]], n: int) -> dict[str, Column]:
    """The columns of n items, by name.

    Args:
        items: What the columns say of each item: a cell by the name of its column.
        n: How many there are.
    """
    places: dict[str, dict[str, int]] = {}
    numbers: dict[str, NDArray[np.int32]] = {}
    for row, cells in enumerate(items):
        for name, cell in cells.items():
            if name not in numbers:
                # What an item does not say is an empty cell.
                places[name], numbers[name] = {"": 0}, np.zeros(n, dtype=np.int32)
            own = places[name]
            numbers[name][row] = own.setdefault(str(cell), len(own))
    return {name: Column(list(own), numbers[name]) for name, own in places.items()}


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
