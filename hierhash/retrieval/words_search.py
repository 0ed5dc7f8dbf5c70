"""Items by the words of their texts, ids and columns: BM25 of tantivy, made in memory when asked.

What codes do not know is found so: a word that training saw once, a SKU, a brand in a title. Making
it takes about 7 seconds for a million titles of five words, and some 20 bytes a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.retrieval.exact import ExactIndex, Hit

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
        words = re.findall(r"\w+", text.lower())
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
        # All of them: with a filter fewer would not do, and the last score may be shared.
        hits = self._searcher.search(query, limit=self._items).hits
        found = [(int(self._searcher.doc(place)["row"][0]), float(score)) for score, place in hits]
        if rows is not None:
            may = set(rows.tolist())
            found = [one for one in found if one[0] in may]
        return sorted(found, key=lambda one: (-round(one[1], 4), one[0]))[:k]


def said_of(item: Mapping[str, Any]) -> str:
    """What words are taken from: text, id, and values of columns."""
    known = item.get("attributes")
    values = known.values() if isinstance(known, Mapping) else ()
    return " ".join([item["text"] or "", item["id"], *map(str, values)])


def fused(by_code: Sequence[Hit], by_words: Sequence[Hit], k: int) -> list[Hit]:
    """Two rankings as one, by reciprocal rank; the score is that of the fusion.

    Many items have the same code: equal ones of a ranking share the rank of the first of them.

    Example:
        >>> one, two = Hit({"id": "1"}, 3, 0.5), Hit({"id": "2"}, 4, 0.4)
        >>> [hit.item["id"] for hit in fused([one, two], [Hit({"id": "2"}, None, 9.0)], 2)]
        ['2', '1']
    """
    scores: dict[str, float] = {}
    before: tuple[float | None, int | None]
    hits: dict[str, Hit] = {}
    for ranking in (by_code, by_words):
        rank, before = 0, (None, None)
        for place, hit in enumerate(ranking[:FIRST], start=1):
            near = hit.score, hit.distance if hit.score is None else None
            rank, before = (rank if near == before else place), near
            own = hit.item["id"]
            scores[own] = scores.get(own, 0.0) + 1 / (FUSED + rank)
            hits.setdefault(own, hit)
    order = sorted(scores, key=lambda own: -scores[own])[:k]
    return [Hit(hits[own].item, hits[own].distance, scores[own]) for own in order]
