"""The tables of an index, made in numbered steps; an older index is brought up when it is opened.

``about`` has one row, which a writer locks. ``items`` is narrow, since an exact search reads every
code; what is said of an item lies in ``details``. ``terms`` are texts: every node at or above a
label of every tree, and every value of a column.
"""

from __future__ import annotations

from psycopg import sql

from hierhash.errors import RunError
from hierhash.retrieval.postgres.link import Link

ABOUT = """
CREATE TABLE about (
    version integer NOT NULL,
    manifest text NOT NULL,
    tree text,
    moved text,
    next_row bigint NOT NULL DEFAULT 0
)
"""
"""Version 0: what every index has."""

TABLES = (
    """
    CREATE TABLE run_parts (
        name text NOT NULL,
        part integer NOT NULL,
        sha256 text NOT NULL,
        content bytea NOT NULL,
        PRIMARY KEY (name, part)
    )
    """,
    """
    CREATE TABLE items (
        "row" bigint PRIMARY KEY,
        id text NOT NULL UNIQUE,
        code bit({bits}) NOT NULL
    )
    """,
    """
    CREATE TABLE details (
        "row" bigint PRIMARY KEY,
        line bytea NOT NULL,
        labels text NOT NULL,
        terms text[] NOT NULL,
        words tsvector NOT NULL,
        sha256 bytea NOT NULL
    )
    """,
    """
    CREATE TABLE cells (
        "row" bigint NOT NULL,
        name text NOT NULL,
        value text,
        number double precision
    )
    """,
)
FINDING = (
    "CREATE INDEX details_terms ON details USING gin (terms)",
    "CREATE INDEX details_words ON details USING gin (words)",
    'CREATE INDEX cells_numbers ON cells (name, number, "row")',
    'CREATE INDEX cells_row ON cells ("row")',
    'ALTER TABLE details ADD CONSTRAINT details_item FOREIGN KEY ("row") REFERENCES items '
    "ON DELETE CASCADE",
    'ALTER TABLE cells ADD CONSTRAINT cells_item FOREIGN KEY ("row") REFERENCES items '
    "ON DELETE CASCADE",
)
NOT_FINDING = (
    "ALTER TABLE details DROP CONSTRAINT details_item",
    "ALTER TABLE cells DROP CONSTRAINT cells_item",
    "DROP INDEX details_terms, details_words, cells_numbers, cells_row",
)
"""What undoes FINDING: many items come in faster without, and it is made once they are there."""
STEPS: list[tuple[str, ...]] = [(*TABLES, *FINDING)]
"""Step n brings version n - 1 to n. A step that was released is never changed."""


def bring_up(link: Link, bits: int) -> None:
    """Makes the tables those of this version, whole or not at all.

    Args:
        link: The connection.
        bits: Of a stored code.

    Raises:
        RunError: The index was made by a later version.
    """
    if version_of(link) == len(STEPS):
        return
    with link.writing():
        apply_steps(link, bits)


def apply_steps(link: Link, bits: int) -> None:
    """As ``bring_up``, within a transaction.

    Raises:
        RunError: The index was made by a later version.
    """
    link.execute("SELECT 1 FROM about FOR UPDATE")  # another may have done it meanwhile
    version = version_of(link)
    for step in STEPS[version:]:
        for statement in step:
            link.execute(sql.SQL(statement).format(bits=sql.Literal(bits)))
    link.execute("UPDATE about SET version = %s", [len(STEPS)])


def version_of(link: Link) -> int:
    """The version of an index's tables.

    Raises:
        RunError: It is later than those that this version of hierhash knows.
    """
    [[version]] = link.execute("SELECT version FROM about")
    if version > len(STEPS):
        raise RunError(
            f"{link.shown}: made by a later hierhash (tables {version}, this one knows "
            f"{len(STEPS)}); update hierhash"
        )
    return int(version)
