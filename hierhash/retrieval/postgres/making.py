"""A new index in a database: all of it in one transaction, or nothing."""

from __future__ import annotations

from dataclasses import replace

from psycopg import sql

from hierhash.codes.distances import Hamming
from hierhash.errors import HierhashError, RunError
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.items import code_problem
from hierhash.retrieval.postgres.about import about_of, write_about
from hierhash.retrieval.postgres.item_rows import item_rows
from hierhash.retrieval.postgres.link import VECTOR, Link
from hierhash.retrieval.postgres.migrations import ABOUT, FINDING, NOT_FINDING, apply_steps
from hierhash.retrieval.postgres.reading import trees_of
from hierhash.retrieval.postgres.run_copy import store_run
from hierhash.retrieval.postgres.tables import put_items

MAKING = 0x68696572
"""Of the lock that those who make indexes hold, so that none makes a schema beside another."""


def make(link: Link, index: ExactIndex) -> None:
    """Puts an index into a database, with its run.

    Args:
        link: Where.
        index: The items.

    Raises:
        RunError: The name is taken, the codes are not of bits, or there is no pgvector.
        HierhashError: The database refuses, or is gone.
    """
    _check_codes(link, index)
    about = about_of(index)
    items = item_rows(index, trees_of(about, index.run))
    _ensure_vector(link)
    with link.writing():
        link.execute("SELECT pg_advisory_xact_lock(%s)", [MAKING])
        check_free(link)
        schema = sql.Identifier(link.address.schema)
        link.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
        link.execute(ABOUT)
        link.execute("INSERT INTO about (version, manifest) VALUES (0, '')")
        apply_steps(link, 8 * about.width)
        store_run(link, index.run)
        for statement in NOT_FINDING:
            link.execute(statement)
        following = put_items(link, 0, items)
        for statement in FINDING:
            link.execute(statement)
        write_about(link, replace(about, next_row=following))
        link.execute("ANALYZE items, details, cells")  # no plan is good before that


def check_free(link: Link) -> None:
    """Refuses a name that is taken.

    Raises:
        RunError: It is.
    """
    found = link.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(%s))",
        [link.address.schema],
    )
    if found:
        what = "exists already" if ["about"] in map(list, found) else "holds other tables"
        raise RunError(
            f"{link.shown}: {what}; choose another name after #, or remove it in psql: DROP SCHEMA "
            f"{link.address.schema} CASCADE"
        )


def _check_codes(link: Link, index: ExactIndex) -> None:
    if not isinstance(index.distance, Hamming):
        raise RunError(
            f"{link.shown}: PostgreSQL keeps codes of bits, and these items are compared by "
            f"'{index.distance.name}'; keep them in a folder"
        )
    if problem := code_problem(index.codes, index.distance):
        raise RunError(f"{link.shown}: the index to copy {problem}")


def _ensure_vector(link: Link) -> None:
    """Has pgvector in the database.

    Raises:
        RunError: It is not to be had.
    """
    if link.has_vector():
        return
    try:
        link.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(VECTOR)))
    except HierhashError as error:
        raise RunError(
            f"{link.shown}: the database has no pgvector; install it on the server, 0.8 or later, "
            "and give there: CREATE EXTENSION vector"
        ) from error
    link.has_vector()
