"""Rows of an index by what is known of its items: values of facets, and other columns."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hierhash.errors import InputError, TreeError, did_you_mean
from hierhash.labels.facets import cell_values
from hierhash.labels.paths import Path
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.exact import ExactIndex

Rows = NDArray[np.int64]
SHOWN = 12
CONDITION = re.compile(r"(?P<name>[^<>=]+)(?P<sign><=|>=|<|>|=)(?P<value>.*[^\s].*)")
SIGNS = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}


def rows_where(index: ExactIndex, facets: Mapping[str, LabelTree], condition: str) -> Rows:
    """Rows of the items of which a condition is known to hold, rising.

    Args:
        index: The index.
        facets: The trees of its facets.
        condition: ``NAME=VALUE``: a facet and a node of its tree, or a column and a value, in any
            mixture of upper and lower case; or ``NAME<NUMBER`` of a column, likewise with <=, >
            and >=.

    Raises:
        InputError: It is no condition, or there is no such facet, column or value.
    """
    found = CONDITION.fullmatch(condition.strip())
    if found is None:
        raise InputError(
            f"--where: '{condition}' is not NAME=VALUE, such as colour=Red, or NAME<NUMBER"
        )
    name, sign, value = found["name"].strip(), found["sign"], found["value"].strip()
    if sign != "=":
        return _rows_of_numbers(index, facets, name, sign, value)
    if name in facets:
        return rows_of_value(index, name, facets[name], _node(facets[name], name, value))
    rows = _rows_of_column(index, name, value)
    if len(rows):
        return rows
    _check_column(index, facets, name)
    values = {one for row in range(len(index)) for one in _values(index, row, name)}
    raise InputError(f"--where: {name}: no item has '{value}'{_hint(value, sorted(values))}")


def _rows_of_numbers(
    index: ExactIndex, facets: Mapping[str, LabelTree], name: str, sign: str, value: str
) -> Rows:
    """Rows of the items whose number in a column is smaller or larger; others have none there."""
    try:
        limit = float(value)
    except ValueError:
        raise InputError(f"--where: '{value}' is not a number; write {name}{sign}50") from None
    numbers = np.array([_number(index, row, name) for row in range(len(index))])
    if np.isnan(numbers).all():
        _check_column(index, facets, name)
        raise InputError(f"--where: {name}: no item has a number there; write {name}=VALUE")
    # What is no number compares as false.
    return np.flatnonzero(SIGNS[sign](numbers, limit))


def _number(index: ExactIndex, row: int, name: str) -> float:
    try:
        return float(_attributes(index, row).get(name, ""))
    except ValueError:
        return math.nan


def _check_column(index: ExactIndex, facets: Mapping[str, LabelTree], name: str) -> None:
    columns = sorted({one for row in range(len(index)) for one in _attributes(index, row)})
    known = [*facets, *columns]
    if name not in known:
        hint = did_you_mean(name, known) or f"; it has {', '.join(known) or 'none'}"
        raise InputError(f"--where: no facet or column '{name}'{hint}")


def rows_of_value(
    index: ExactIndex, facet: str, tree: LabelTree, node: Path, unknown: bool = False
) -> Rows:
    """Rows of the items at or below a node of a facet; with ``unknown`` also those without a value.

    Args:
        index: The index.
        facet: Its name.
        tree: Its tree.
        node: Path of the node.
        unknown: Keep items of which no value is known.
    """
    level = len(node)
    labels = index.facets[facet]
    items, classes, _ = labels.multi_hot_rows(level)
    rows = items[classes == int(tree.ancestor_codes(node)[level - 1])]
    if unknown:
        rows = np.union1d(rows, np.flatnonzero(~labels.labelled))
    return np.asarray(rows, dtype=np.int64)


def _node(tree: LabelTree, facet: str, value: str) -> Path:
    for node in tree.nodes:
        if value.casefold() in (node[-1].casefold(), "/".join(node).casefold()):
            return node
    try:
        return tree.resolve(value)
    except TreeError as error:
        values = [node[-1] for node in tree.nodes]
        raise InputError(f"--where: {facet}: no value '{value}'{_hint(value, values)}") from error


def _hint(value: str, values: list[str]) -> str:
    more = " and more" if len(values) > SHOWN else ""
    return did_you_mean(value, values) or f"; there are {', '.join(values[:SHOWN])}{more}"


def _attributes(index: ExactIndex, row: int) -> Mapping[str, str]:
    known = index.item(row).get("attributes")
    return known if isinstance(known, Mapping) else {}


def _values(index: ExactIndex, row: int, name: str) -> list[str]:
    return cell_values(str(_attributes(index, row).get(name, "")))


def _rows_of_column(index: ExactIndex, name: str, value: str) -> Rows:
    wanted = value.casefold()
    rows = [
        row
        for row in range(len(index))
        if any(one.casefold() == wanted for one in _values(index, row, name))
    ]
    return np.asarray(rows, dtype=np.int64)
