"""How many items have each node of a tree and each value of a column, and items in their order."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from hierhash.labels.paths import Path as Node
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.conditions import Condition
from hierhash.retrieval.postgres.item_rows import looked_up, node_term
from hierhash.retrieval.postgres.link import Link
from hierhash.retrieval.postgres.meeting import meeting

FIRST = sql.SQL('SELECT "row" FROM items WHERE {met} ORDER BY "row" LIMIT %s OFFSET %s')
# An item has each term once, however many of its paths lie below the node.
NODES = sql.SQL("""
SELECT asked.place, count(*) FROM items JOIN details USING ("row")
CROSS JOIN LATERAL unnest(details.terms) own (term)
JOIN unnest(%s::text[]) WITH ORDINALITY asked (term, place) ON asked.term = own.term
WHERE {met} GROUP BY asked.place ORDER BY asked.place
""")
VALUES = sql.SQL("""
SELECT asked.spelled, count(DISTINCT items."row") FROM items JOIN cells USING ("row")
JOIN unnest(%s::text[], %s::text[]) asked (value, spelled) ON asked.value = cells.value
WHERE cells.name = %s AND {met} GROUP BY asked.spelled
""")


def first_rows(link: Link, k: int, where: Sequence[Condition], skip: int) -> list[int]:
    """Rows of the first items that meet all conditions.

    Raises:
        HierhashError: The database is gone.
    """
    met, values = meeting(where)
    return [int(row) for [row] in link.execute(FIRST.format(met=met), [*values, k, skip])]


def counts_of_tree(
    link: Link, name: str, tree: LabelTree, where: Sequence[Condition]
) -> dict[Node, int]:
    """By node how many items that meet all conditions lie at or below it.

    Raises:
        HierhashError: The database is gone.
    """
    met, values = meeting(where)
    terms = [node_term(name, node) for node in tree.nodes]
    found = link.execute(NODES.format(met=met), [terms, *values])
    return {tree.nodes[place - 1]: int(n) for place, n in found}


def counts_of_column(
    link: Link, name: str, known: Sequence[str], where: Sequence[Condition]
) -> dict[Node, int]:
    """By value how many items that meet all conditions have it.

    Args:
        link: The connection.
        name: The column.
        known: Its values, in alphabetical order.
        where: Conditions.

    Raises:
        HierhashError: The database is gone.
    """
    met, values = meeting(where)
    spelled: dict[str, str] = {}
    for value in known:
        spelled.setdefault(value.casefold(), value)
    asked = [list(known), [spelled[value.casefold()] for value in known], looked_up(name)]
    found = dict(link.execute(VALUES.format(met=met), [*asked, *values]))
    return {(own,): int(found[own]) for _, own in sorted(spelled.items()) if own in found}
