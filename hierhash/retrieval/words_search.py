"""Items by the words of their texts, ids and columns: BM25 of tantivy, made in memory when asked.

What codes do not know is found so: a word that training saw once, a SKU, a brand in a title. Of a
million titles it takes 6 seconds to make; two words are found in 2 ms, and below a node in 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.retrieval.conditions import Below
from hierhash.retrieval.filed import UNKNOWN, Filed

HEAP, EACH, MOST = 50_000_000, 400, 4_000_000_000
"""Bytes that tantivy takes while it is made: all items are to fit, so that it writes them as one
part, in which equal scores come in the order of the rows."""
GROWTH = 4
FUSED, FIRST = 60, 1000
"""Of reciprocal rank fusion: 1 / (FUSED + rank), over the FIRST of each (Cormack et al., 2009)."""

Ordered = tuple[NDArray[np.int64], NDArray[Any]]


class WordsSearch:
    """The words of an index's items.

    Args:
        texts: What is said of each item.
        filed: Where they are filed, by tree; what ``search`` can be kept below.

    Example:
        >>> words = WordsSearch(["red dress", "blue dress AB-12", "hat"])
        >>> [row for row, _ in words.search("ab-12 dress", 9)]
        [1, 0]
    """

    def __init__(self, texts: Iterable[str], filed: Mapping[str, Filed] | None = None) -> None:
        import tantivy

        self._filed = filed or {}
        self._fields = {name: f"tree{number}" for number, name in enumerate(self._filed)}
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("text", stored=False, index_option="freq")
        schema.add_integer_field("row", stored=False, fast=True)
        for field in self._fields.values():
            schema.add_integer_field(field, stored=False, indexed=True)
        self._tantivy, self._schema = tantivy, schema.build()
        said = list(texts)
        self._items = len(said)
        index = tantivy.Index(self._schema)
        writer = index.writer(heap_size=min(HEAP + EACH * self._items, MOST), num_threads=1)
        nodes = {self._fields[name]: own.above() for name, own in self._filed.items()}
        for row, text in enumerate(said):
            above = {field: own[row] for field, own in nodes.items()}
            writer.add_document(tantivy.Document(text=[text], row=row, **above))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def search(
        self,
        text: str,
        k: int,
        rows: NDArray[np.integer[Any]] | None = None,
        below: Sequence[Below] = (),
    ) -> list[tuple[int, float]]:
        """The items with the most telling words of a text; items with none of them are no answers.

        Args:
            text: Any text; its words count, whatever stands between them.
            k: Number of answers.
            rows: Which items may answer, rising; None for all.
            below: Nodes that answers lie below, each.

        Returns:
            Rows with their scores, best first and equal ones by row.
        """
        words = telling_words(text)
        if not words or not k or not self._items or (rows is not None and not len(rows)):
            return []
        query = self._query(words, below)
        if rows is None:
            return self._first(query, k)[0]
        may = np.zeros(self._items, dtype=bool)
        may[rows] = True
        # As many as hold k of these if they are spread evenly, and more until there are k.
        limit = k * self._items // len(rows)
        while True:
            found, there = self._first(query, limit)
            kept = [one for one in found if may[one[0]]]
            if len(kept) >= k or limit >= there:
                return kept[:k]
            limit *= GROWTH

    def _first(self, query: Any, limit: int) -> tuple[list[tuple[int, float]], int]:
        """The first items, and how many there are. Counting all, it adds in the same order."""
        found: Any = self._searcher.search(query, limit=min(limit, self._items), count=True)
        places = [place for _, place in found.hits]
        rows = np.array(self._searcher.fast_field_values("row", places), dtype=np.int64)
        scores = np.array([score for score, _ in found.hits], dtype=np.float64)
        order = np.lexsort((rows, -scores))
        hits = zip(rows[order].tolist(), scores[order].tolist(), strict=True)
        return list(hits), int(found.count)

    def _query(self, words: Sequence[str], below: Sequence[Below]) -> Any:
        query, occur = self._tantivy.Query, self._tantivy.Occur

        def any_of(field: str, terms: Iterable[Any]) -> Any:
            return query.boolean_query(
                [(occur.Should, query.term_query(self._schema, field, one)) for one in terms]
            )

        found = any_of("text", dict.fromkeys(words))
        if not below:
            return found
        needed = [
            any_of(
                self._fields[one.tree],
                [self._filed[one.tree].place(one.node), *([UNKNOWN] if one.unknown else [])],
            )
            for one in below
        ]
        kept = [(occur.Must, query.const_score_query(one, 0.0)) for one in needed]
        return query.boolean_query([(occur.Must, found), *kept])


@cache
def _english() -> Any:
    """What leaves out words such as "and"."""
    import tantivy

    simple = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return simple.filter(tantivy.Filter.stopword("english")).build()


def telling_words(text: str) -> list[str]:
    """The words of a text that items are found by: without "and" and "the", if any others are left.

    Example:
        >>> telling_words("Knife and fork, AB-12"), telling_words("the")
        (['knife', 'fork', 'ab', '12'], ['the'])
    """
    words = words_of(text)
    return [word for word in words if _english().analyze(word)] or words


def words_of(text: str) -> list[str]:
    """All words of a text in small letters, as items are indexed by.

    Example:
        >>> words_of("Size_X, 3.5")
        ['size', 'x', '3', '5']
    """
    return re.findall(r"[^\W_]+", text.lower())


def said_of(item: Mapping[str, Any]) -> str:
    """What words are taken from: text, id, and values of columns."""
    known = item.get("attributes")
    values = known.values() if isinstance(known, Mapping) else ()
    return " ".join([item["text"] or "", item["id"], *map(str, values)])


def parted(found: Sequence[tuple[int, float]]) -> Ordered:
    """Pairs of rows and scores as two arrays."""
    rows, scores = np.array(found, dtype=np.float64).reshape(-1, 2).T
    return rows.astype(np.int64), scores


def fused(by_code: Ordered, by_words: Ordered) -> Ordered:
    """Two rankings of rows as one, by reciprocal rank; 2 is the score of the first of both.

    Many items have the same code: equal ones of a ranking share the rank of the first of them.

    Args:
        by_code: Rows with their scores, best first; FIRST of them count.
        by_words: The same.

    Returns:
        All rows with their scores, best first; equal ones as in ``by_code``, then as in
        ``by_words``.

    Example:
        >>> fused(parted([(7, 0.9), (8, 0.5)]), parted([(8, 3.0)]))[0].tolist()
        [8, 7]
    """
    every, shares = [], []
    for rows, scores in (by_code, by_words):
        scores = scores[:FIRST]
        fresh = np.append(True, scores[1:] != scores[:-1])[: len(scores)]
        rank = np.maximum.accumulate(np.where(fresh, np.arange(len(scores)), 0)) + 1
        every.append(rows[:FIRST])
        shares.append((FUSED + 1) / (FUSED + rank))
    rows, begins, places = np.unique(np.concatenate(every), return_index=True, return_inverse=True)
    sums = np.bincount(places, weights=np.concatenate(shares), minlength=len(rows))
    order = np.lexsort((begins, -sums))
    return rows[order], sums[order]
