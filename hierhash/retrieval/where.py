"""Rows of an index by what is known of its items: values of facets, and other columns."""

from __future__ import annotations

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


def rows_where(index: ExactIndex, facets: Mapping[str, LabelTree], condition: str) -> Rows:
    """Rows of the items of which a condition is known to hold, rising.

    Args:
        index: The index.
        facets: The trees of its facets.
        condition: ``NAME=VALUE``: a facet and a node of its tree, or a column and a value, in any
            mixture of upper and lower case.

    Raises:
        InputError: It is no condition, or there is no such facet, column or value.
    """
    name, equals, value = (part.strip() for part in condition.partition("="))
    if not (name and equals and value):
        raise InputError(f"--where: '{condition}' is not NAME=VALUE, such as colour=Red")
    if name in facets:
        return rows_of_value(index, name, facets[name], _node(facets[name], name, value))
    rows = _rows_of_column(index, name, value)
    if len(rows):
        return rows
    columns = sorted({one for row in range(len(index)) for one in _attributes(index, row)})
    known = [*facets, *columns]
    if name not in columns:
        hint = did_you_mean(name, known) or f"; it has {', '.join(known) or 'none'}"
        raise InputError(f"--where: no facet or column '{name}'{hint}")
    values = {one for row in range(len(index)) for one in _values(index, row, name)}
    raise InputError(f"--where: {name}: no item has '{value}'{_hint(value, sorted(values))}")


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
