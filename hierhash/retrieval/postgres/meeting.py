"""Conditions as SQL: what users give goes beside the statement, never into it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from psycopg import sql

from hierhash.retrieval.conditions import Below, Compares, Condition
from hierhash.retrieval.postgres.item_rows import looked_up, node_term, unknown_term, value_term

SIGNS = {"<": sql.SQL("<"), "<=": sql.SQL("<="), ">": sql.SQL(">"), ">=": sql.SQL(">=")}
NONE = sql.SQL("false")


def meeting(where: Sequence[Condition]) -> tuple[sql.Composable, list[Any]]:
    """A condition on ``items."row"`` that holds for the items that meet all of these.

    Args:
        where: The conditions.

    Returns:
        The SQL and its values.

    Example:
        >>> found, values = meeting([Below("category", ("Wear",))])
        >>> values
        [['["node", "category", "Wear"]']]
    """
    parts: list[sql.Composable] = []
    values: list[Any] = []
    needed: list[str] = []
    for one in where:
        if isinstance(one, Compares):
            parts.append(_compared(one, values))
        elif isinstance(one, Below) and one.unknown:
            either = [node_term(one.tree, one.node), unknown_term(one.tree)]
            parts.append(_of_details("terms && %s::text[]"))
            values.append(either)
        elif isinstance(one, Below):
            needed.append(node_term(one.tree, one.node))
        else:
            needed.append(value_term(one.column, one.value))
    if needed:
        parts.append(_of_details("terms @> %s::text[]"))
        values.append(needed)
    return sql.SQL(" AND ").join(parts) if parts else sql.SQL("true"), values


def _of_details(condition: str) -> sql.Composable:
    own = sql.SQL(condition)
    return sql.SQL('items."row" IN (SELECT "row" FROM details WHERE {own})').format(own=own)


def _compared(one: Compares, values: list[Any]) -> sql.Composable:
    if math.isnan(one.number):
        return NONE  # PostgreSQL holds it for the largest number
    values += [looked_up(one.column), one.number]
    return sql.SQL(
        'items."row" IN (SELECT "row" FROM cells WHERE name = %s AND number {sign} %s::float8)'
    ).format(sign=SIGNS[one.sign])
