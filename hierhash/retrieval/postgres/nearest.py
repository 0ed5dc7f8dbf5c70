"""The nearest codes: exactly, by reading every code, or by the graph where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from psycopg import sql

from hierhash.codes.packing import Codes
from hierhash.retrieval.conditions import Condition
from hierhash.retrieval.postgres.link import Link
from hierhash.retrieval.postgres.meeting import meeting
from hierhash.retrieval.rescoring import Near

# The whole number keeps a graph out of it: in its order equal ones could be missing.
EXACT = sql.SQL("""
WITH asked AS MATERIALIZED (
    SELECT place, code::bit({bits}) AS code FROM unnest(%s::text[]) WITH ORDINALITY a (code, place)
), met AS {kept} (SELECT "row", {code} AS code FROM items WHERE {met})
SELECT apart, "row", near.code::text FROM asked CROSS JOIN LATERAL (
    SELECT ({own} <~> {asked})::integer AS apart, met."row", met.code
    FROM met ORDER BY 1, 2 LIMIT %s
) near ORDER BY place, apart, "row"
""")
GRAPH = sql.SQL("""
SELECT (code <~> %s::bit({bits}))::integer, "row", code::text
FROM items ORDER BY code <~> %s::bit({bits}) LIMIT %s
""")
COUNT = sql.SQL("SELECT count(*) FROM items WHERE {met}")
EF = (100, 1000)
"""Fewest and most candidates that a search of the graph keeps."""
FIXED = 1000
"""Items that the graph is asked for, whatever is wanted: pages of them do not overlap then."""


def exact(
    link: Link,
    queries: Codes,
    k: int,
    where: Sequence[Condition],
    whole: bool = True,
    counts: Codes | None = None,
) -> list[Near]:
    """The nearest items to each query that meet all conditions.

    Args:
        link: The connection.
        queries: uint8 (q, bytes).
        k: Number of answers.
        where: Conditions.
        whole: The items' codes are as long; else their first bytes are compared.
        counts: A code (bytes,) of the bits that count; None where all do.

    Raises:
        HierhashError: The database is gone.
    """
    met, values = meeting(where)
    bits = sql.Literal(8 * queries.shape[1])
    own, asked = sql.SQL("met.code"), sql.SQL("asked.code")
    masks: list[str] = []
    masked = sql.SQL("({code} & %s::bit({bits}))")
    if counts is not None:
        masks = as_bits(counts[None]) * 2
    statement = EXACT.format(
        bits=bits,
        met=met,
        code=sql.SQL("code" if whole else "substring(code FROM 1 FOR {bits})::bit({bits})").format(
            bits=bits
        ),
        own=masked.format(code=own, bits=bits) if masks else own,
        asked=masked.format(code=asked, bits=bits) if masks else asked,
        # What a filter left is found once for all queries; every code is not written down first.
        kept=sql.SQL("MATERIALIZED" if where else "NOT MATERIALIZED"),
    )
    found = link.execute(statement, [as_bits(queries), *values, *masks, k])
    each = len(found) // max(len(queries), 1)
    width = queries.shape[1]
    return [_near(found[at * each : (at + 1) * each], width) for at in range(len(queries))]


def by_graph(link: Link, queries: Codes, k: int) -> list[Near]:
    """Nearly the nearest items to each query; as many as there are, or as were asked for.

    Raises:
        HierhashError: The database is gone.
    """
    with link.reading():
        for name, value in (
            ("hnsw.iterative_scan", "strict_order"),
            ("hnsw.ef_search", str(min(max(k, EF[0]), EF[1]))),
        ):
            link.execute("SELECT set_config(%s, %s, true)", [name, value])
        found = [_one_by_graph(link, query, k) for query in queries]
        short = [at for at, own in enumerate(found) if len(own.rows) < k]
        # The graph gives up after so many items; there may be more.
        for at, own in zip(short, exact(link, queries[short], k, ()), strict=True):
            found[at] = own
    return found


def _one_by_graph(link: Link, query: Codes, k: int) -> Near:
    [bits] = as_bits(query[None])
    statement = GRAPH.format(bits=sql.Literal(len(bits)))
    return _near(sorted(link.execute(statement, [bits, bits, k])), len(query))


def _near(found: Sequence[tuple[Any, ...]], width: int) -> Near:
    codes = from_bits([own[2] for own in found], width)
    numbers = np.array([own[:2] for own in found], dtype=np.int64).reshape(-1, 2)
    return Near(numbers[:, 0], numbers[:, 1], codes)


def as_bits(codes: Codes) -> list[str]:
    """Codes as PostgreSQL's texts of bits.

    Example:
        >>> as_bits(np.array([[5]], np.uint8)), from_bits(["00000101"], 1).tolist()
        (['00000101'], [[5]])
    """
    return [row.tobytes().decode() for row in np.unpackbits(codes, axis=1) + ord("0")]


def from_bits(texts: Sequence[str], width: int) -> Codes:
    """Codes (n, width) from texts of bits."""
    flat = np.frombuffer("".join(texts).encode(), dtype=np.uint8) - ord("0")
    return np.packbits(flat.reshape(len(texts), 8 * width), axis=1)
