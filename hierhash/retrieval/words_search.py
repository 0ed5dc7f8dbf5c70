"""Items by the words of their texts, ids and columns: BM25 of tantivy, made in memory when asked.

What codes do not know is found so: a word that training saw once, a SKU, a brand in a title. Making
it took 2 seconds and 80 MB for a million titles of five words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.retrieval.exact import ExactIndex

HEAP = 50_000_000
FUSED, FIRST = 60, 1000
"""Of reciprocal rank fusion: 1 / (FUSED + rank), over the FIRST of each (Cormack et al., 2009)."""


class WordsSearch:
    """The words of an index's items.

    Args:
        texts: What is said of each item.

    Example:
        >>> words = WordsSearch(["red dress", "blue dress AB-12", "hat"])
        >>> [row for row, _ in words.search("ab-12 dress", 9)]
        [1, 0]
    """

    def __init__(self, texts: Iterable[str]) -> None:
        import tantivy

        schema = tantivy.SchemaBuilder()
        schema.add_text_field("text", stored=False)
        schema.add_integer_field("row", stored=True)
        self._tantivy, self._schema = tantivy, schema.build()
        index = tantivy.Index(self._schema)
        # One thread, so that equal scores come in the order of the rows.
        writer = index.writer(heap_size=HEAP, num_threads=1)
        self._items = 0
        for row, text in enumerate(texts):
            writer.add_document(tantivy.Document(text=[text], row=row))
            self._items += 1
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    @staticmethod
    def of(index: ExactIndex) -> WordsSearch:
        """The words of an index's texts, ids and columns."""
        return WordsSearch(said_of(index.item(row)) for row in range(len(index)))

    def search(
        self, text: str, k: int, rows: NDArray[np.integer[Any]] | None = None
    ) -> list[tuple[int, float]]:
        """The items with the most telling words of a text; items with none of them are no answers.

        Args:
            text: Any text; its words count, whatever stands between them.
            k: Number of answers.
            rows: Which items may answer, rising; None for all.

        Returns:
            Rows with their scores, best first and equal ones by row.
        """
        words = telling_words(text)
        if not words or not self._items:
            return []
        query = self._tantivy.Query.boolean_query(
            [
                (
                    self._tantivy.Occur.Should,
                    self._tantivy.Query.term_query(self._schema, "text", word),
                )
                for word in dict.fromkeys(words)
            ]
        )
        # With a filter all of them are looked at, so that none is missing; equal ones come by row,
        # so those that are as good as the last are looked at, too.
        limit = max(min(k, self._items) if rows is None else self._items, 1)
        hits = self._searcher.search(query, limit=limit).hits
        while len(hits) == limit < self._items and round(hits[-1][0], 4) == round(
            hits[min(k, limit) - 1][0], 4
        ):
            limit = min(2 * limit, self._items)
            hits = self._searcher.search(query, limit=limit).hits
        found = [(int(self._searcher.doc(place)["row"][0]), float(score)) for score, place in hits]
        if rows is not None:
            may = set(rows.tolist())
            found = [one for one in found if one[0] in may]
        return sorted(found, key=lambda one: (-round(one[1], 4), one[0]))[:k]


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


def fused(
    by_code: Sequence[tuple[int, float]], by_words: Sequence[tuple[int, float]]
) -> list[tuple[int, float]]:
    """Two rankings of rows as one, by reciprocal rank; 2 is the score of the first of both.

    Many items have the same code: equal ones of a ranking share the rank of the first of them.

    Args:
        by_code: Rows with their scores, best first; FIRST of them count.
        by_words: The same.

    Returns:
        All rows with their scores, best first; equal ones as in ``by_code``, then as in
        ``by_words``.

    Example:
        >>> [row for row, _ in fused([(7, 0.9), (8, 0.5)], [(8, 3.0)])]
        [8, 7]
    """
    scores: dict[int, float] = {}
    for ranking in (by_code, by_words):
        rank, before = 0, None
        for place, (row, score) in enumerate(ranking[:FIRST], start=1):
            rank, before = (rank if score == before else place), score
            scores[row] = scores.get(row, 0.0) + (FUSED + 1) / (FUSED + rank)
    return sorted(scores.items(), key=lambda one: -one[1])
