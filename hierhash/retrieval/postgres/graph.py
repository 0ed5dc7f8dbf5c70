"""The graph of the codes (HNSW): searches without conditions go by it and are nearly exact."""

from __future__ import annotations

from hierhash.retrieval.postgres.link import Link

NAME = "items_code_graph"


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
