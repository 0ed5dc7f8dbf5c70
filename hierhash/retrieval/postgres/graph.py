"""The graph of the codes (HNSW): searches without conditions go by it and are nearly exact."""

from __future__ import annotations

import numpy as np

from hierhash.retrieval.postgres.link import Link
from hierhash.retrieval.postgres.nearest import by_graph, exact, from_bits

NAME = "items_code_graph"
ASKED, ANSWERS = 30, 20
"""Codes that recall is measured with, and answers to each."""


def is_built(link: Link) -> bool:
    """Whether there is one that can be used."""
    found = link.execute(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = "
        "to_regclass(quote_ident(%s) || '.' || quote_ident(%s))",
        [link.address.schema, NAME],
    )
    return found == [(True,)]


def build(link: Link) -> None:
    """Builds it, in one transaction; others can read meanwhile, and writers wait.

    Raises:
        HierhashError: The database refuses, or is gone.
    """
    with link.writing():
        link.execute(
            f"CREATE INDEX IF NOT EXISTS {NAME} ON items USING hnsw (code bit_hamming_ops)"
        )


def drop(link: Link) -> None:
    """Takes it away; searches are exact again.

    Raises:
        HierhashError: The database refuses, or is gone.
    """
    with link.writing():
        link.execute(f"DROP INDEX IF EXISTS {NAME}")


def recall(link: Link, width: int) -> float:
    """The share of the nearest that it finds; one as near as the last of them is one of them.

    Args:
        link: The connection.
        width: Bytes of a code.

    Raises:
        HierhashError: The database is gone.
    """
    some = link.execute('SELECT code::text FROM items ORDER BY md5("row"::text) LIMIT %s', [ASKED])
    queries = from_bits([code for [code] in some], width)
    found, wanted = by_graph(link, queries, ANSWERS), exact(link, queries, ANSWERS, ())
    good = [
        (own.distances <= best.distances.max(initial=0)).sum() / max(len(best.rows), 1)
        for own, best in zip(found, wanted, strict=True)
    ]
    return float(np.mean(good)) if good else 1.0
