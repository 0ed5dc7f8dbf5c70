"""Items by words: PostgreSQL's full text, ranked by how rare the words are."""

from __future__ import annotations

import math
from collections.abc import Sequence

from psycopg import sql

from hierhash.retrieval.conditions import Condition
from hierhash.retrieval.postgres.item_rows import looked_up
from hierhash.retrieval.postgres.link import Link
from hierhash.retrieval.postgres.meeting import meeting
from hierhash.retrieval.words_search import telling_words

FOUND = sql.SQL("""
SELECT items."row", {score} AS score FROM items JOIN details USING ("row")
WHERE words @@ %s::tsquery AND {met} ORDER BY score DESC, items."row" LIMIT %s
""")
ONE = sql.SQL("CASE WHEN words @@ %s::tsquery THEN %s::float8 ELSE 0 END")


def by_words(link: Link, text: str, k: int, where: Sequence[Condition]) -> list[tuple[int, float]]:
    """Rows with scores, best first and equal ones by row: the items with a telling word of a text.

    Raises:
        HierhashError: The database is gone.
    """
    words = [_quoted(word) for word in dict.fromkeys(telling_words(text))]
    if not words:
        return []
    with link.reading():
        weights = _rareness(link, words)
        met, values = meeting(where)
        parts = [part for own in zip(words, weights, strict=True) for part in own]
        statement = FOUND.format(score=sql.SQL(" + ").join([ONE] * len(words)), met=met)
        found = link.execute(statement, [*parts, " | ".join(words), *values, k])
    return [(int(row), float(score)) for row, score in found]


def _rareness(link: Link, words: list[str]) -> list[float]:
    """The inverse document frequency of each word, as BM25 has it."""
    [[items]] = link.execute("SELECT count(*) FROM items")
    found = link.execute(
        "SELECT (SELECT count(*) FROM details WHERE words @@ word::tsquery) "
        "FROM unnest(%s::text[]) WITH ORDINALITY asked (word, place) ORDER BY place",
        [words],
    )
    return [math.log(1 + (items - n + 0.5) / (n + 0.5)) for [n] in found]


def _quoted(word: str) -> str:
    """A word as tsvector and tsquery read it; it has letters, digits and _ alone."""
    return f"'{looked_up(word)}'"
