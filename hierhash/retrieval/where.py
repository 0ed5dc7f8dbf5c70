"""Conditions as a person types them: ``colour=Red``, ``price<50``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from hierhash.errors import InputError, TreeError, did_you_mean
from hierhash.labels.paths import Path
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.conditions import Below, Compares, Condition, Equals, Sign

SHOWN = 12
CONDITION = re.compile(r"(?P<name>[^<>=]+)(?P<sign><=|>=|<|>|=)(?P<value>.+)", re.DOTALL)


class Columns(Protocol):
    """What of a store is asked to say what is wrong with a condition."""

    def count(self, where: Sequence[Condition] = ()) -> int:
        """How many items meet all conditions."""
        ...

    def columns(self) -> list[str]:
        """The columns that any item has."""
        ...

    def values(self, column: str) -> list[str]:
        """The values that items have in a column."""
        ...


def parse_condition(text: str, facets: Mapping[str, LabelTree], store: Columns) -> Condition:
    """The condition that a text says.

    Args:
        text: ``NAME=VALUE``: a facet and a node of its tree, or a column and a value, in any
            mixture of upper and lower case; or ``NAME<NUMBER`` of a column, likewise with <=, >
            and >=.
        facets: The trees of the store's facets.
        store: What it is a condition for.

    Raises:
        InputError: It is no condition, or there is no such facet, column or value.
    """
    found = CONDITION.fullmatch(text.strip())
    if found is None or not found["value"].strip():
        raise InputError(f"--where: '{text}' is not NAME=VALUE, such as colour=Red, or NAME<NUMBER")
    name, sign, value = found["name"].strip(), found["sign"], found["value"].strip()
    if sign != "=":
        return _compares(name, cast("Sign", sign), value, facets, store)
    if name in facets:
        return Below(name, _node(facets[name], name, value))
    condition = Equals(name, value)
    if not store.count([condition]):
        _check_column(name, facets, store)
        raise InputError(
            f"--where: {name}: no item has '{value}'{_hint(value, store.values(name))}"
        )
    return condition


def _compares(
    name: str, sign: Sign, value: str, facets: Mapping[str, LabelTree], store: Columns
) -> Compares:
    try:
        limit = float(value)
        if math.isnan(limit):
            raise ValueError
    except ValueError:
        raise InputError(f"--where: '{value}' is not a number; write {name}{sign}50") from None
    if not store.count([Compares(name, ">=", -math.inf)]):
        _check_column(name, facets, store)
        raise InputError(f"--where: {name}: no item has a number there; write {name}=VALUE")
    return Compares(name, sign, limit)


def _check_column(name: str, facets: Mapping[str, LabelTree], store: Columns) -> None:
    known = [*facets, *store.columns()]
    if name not in known:
        hint = did_you_mean(name, known) or f"; it has {', '.join(known) or 'none'}"
        raise InputError(f"--where: no facet or column '{name}'{hint}")


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
