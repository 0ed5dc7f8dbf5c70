"""Items on their way into the tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from hierhash.retrieval.postgres.item_rows import ItemRow
from hierhash.retrieval.postgres.link import Link

AT_ONCE = 10_000
MOVING = (
    'CREATE TEMPORARY TABLE moving ("row" bigint, line bytea, labels text, terms text[], '
    "sha256 bytea) ON COMMIT DROP"
)
MOVED = (
    "UPDATE details SET line = moving.line, labels = moving.labels, terms = moving.terms, "
    'sha256 = moving.sha256 FROM moving WHERE details."row" = moving."row"'
)


def put_items(link: Link, first: int, items: Iterable[ItemRow]) -> int:
    """Puts items into the tables, from a row on, some thousand at a time; within a transaction.

    Returns:
        The row after the last.
    """
    left = enumerate(items, start=first)
    following = first
    while numbered := list(islice(left, AT_ONCE)):
        _put(link, numbered)
        following = numbered[-1][0] + 1
    return following


def _put(link: Link, numbered: Sequence[tuple[int, ItemRow]]) -> None:
    link.copy(
        'COPY items ("row", id, code) FROM STDIN',
        ((row, own.id, own.code) for row, own in numbered),
    )
    link.copy(
        'COPY details ("row", line, labels, terms, words, sha256) FROM STDIN',
        (
            (row, own.line, own.labels, own.terms, tsvector(own.words), own.sha256)
            for row, own in numbered
        ),
    )
    link.copy(
        'COPY cells ("row", name, value, number) FROM STDIN',
        ((row, *cell) for row, own in numbered for cell in own.cells),
    )


def move_items(link: Link, items: Sequence[tuple[int, ItemRow]]) -> None:
    """Changes what depends on the labels of items, by their rows; within a transaction."""
    link.execute(MOVING)
    link.copy(
        'COPY moving ("row", line, labels, terms, sha256) FROM STDIN',
        ((row, own.line, own.labels, own.terms, own.sha256) for row, own in items),
    )
    link.execute(MOVED)


def tsvector(words: Sequence[str]) -> str:
    """Words as PostgreSQL reads them; they have letters, digits, _ and : alone.

    Example:
        >>> tsvector(["ab", "12"])
        "'ab' '12'"
    """
    return " ".join(f"'{word}'" for word in words)
