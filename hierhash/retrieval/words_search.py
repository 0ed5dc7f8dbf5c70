"""Items by the words of their texts, ids and columns: BM25, made in memory when asked.

What codes do not know is found so: a word that training saw once, a SKU, a brand in a title. Scores
are those of tantivy, to which a test holds them, with every item that shares one: a million titles
that are made of the same words have many, and a filter takes most of them away, so that a search
engine's first thousand are too few. Memory: 8 bytes a word of an item, and 16 a different word;
words are told apart by their hash.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.retrieval.by_score import first
from hierhash.retrieval.exact import ExactIndex

DECIMALS, ROUNDED = 4, 2e-4
"""Scores that are equal so far come by row; and more than rounding moves one."""
SOON, LONG = 1.2, 0.75
"""Of BM25: how soon another time counts less, and how much the length of what is said counts."""
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
        hashes, lengths = array("q"), array("i")
        for text in texts:
            words = words_of(text)
            hashes.extend(map(hash, words))
            lengths.append(len(words))
        self._items = len(lengths)
        self._known, self._starts, self._rows, self._weights = _weighed(
            np.frombuffer(hashes, dtype=np.int64), np.frombuffer(lengths, dtype=np.int32)
        )

    @staticmethod
    def of(index: ExactIndex) -> WordsSearch:
        """The words of an index's texts, ids and columns."""
        return WordsSearch(said_of(index.item(row)) for row in range(len(index)))

    def search(
        self, text: str, k: int, rows: NDArray[np.integer[Any]] | None = None
    ) -> list[tuple[int, float]]:
        """The items with the most telling words of a text; items with none of them are no answers.

        Memory: 4 bytes an item.

        Args:
            text: Any text; its words count, whatever stands between them.
            k: Number of answers.
            rows: Which items may answer, rising; None for all.

        Returns:
            Rows with their scores, best first and equal ones by row.
        """
        parts = [own for word in dict.fromkeys(telling_words(text)) if (own := self._part(word))]
        if not parts:
            return []
        having: NDArray[Any]
        if len(parts) == 1 and rows is None:
            [(items, scores)] = parts
            having = items
        else:
            every = np.zeros(self._items, dtype=np.float32)
            for items, weights in parts:
                every[items] += weights
            if rows is None:
                # The items with the rarest of these words say how much the first score at least.
                few = min((own for own, _ in parts if len(own) > k), key=len, default=None)
                least = 0.0 if few is None else _least(every[few], k)
                having = np.flatnonzero(every >= least if least > 0 else every)
            else:
                having = np.asarray(rows)[np.flatnonzero(every[rows])]
            scores = every[having]
        if k < len(scores):
            near = np.flatnonzero(scores >= _least(scores, k))
            having, scores = having[near], scores[near]
        best = first(-np.round(scores.astype(np.float64), DECIMALS), k)
        return list(zip(having[best].tolist(), scores[best].tolist(), strict=True))

    def _part(self, word: str) -> tuple[NDArray[np.int32], NDArray[np.float32]] | None:
        """The items with a word, rising, and what it counts in each."""
        own = hash(word)
        place = int(np.searchsorted(self._known, own))
        if place == len(self._known) or self._known[place] != own:
            return None
        part = slice(int(self._starts[place]), int(self._starts[place + 1]))
        return self._rows[part], self._weights[part]


def _least(scores: NDArray[np.float32], k: int) -> float:
    """What the k first of more scores have at least, and what equals that when it is rounded."""
    if not k:
        return math.inf
    return float(np.partition(scores, len(scores) - k)[len(scores) - k]) - ROUNDED


def _weighed(
    hashes: NDArray[np.int64], lengths: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Every word's items and what it counts in them by BM25, in arrays.

    Args:
        hashes: Of all words of all items, item by item.
        lengths: Words of each item.

    Returns:
        The words' hashes, rising; where the items of each begin, with an end; the items; weights.
    """
    items = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    order = np.argsort(hashes, kind="stable")
    hashes, items = hashes[order], items[order]
    fresh = np.ones(len(hashes), dtype=bool)
    fresh[1:] = (hashes[1:] != hashes[:-1]) | (items[1:] != items[:-1])
    starts = np.flatnonzero(fresh)
    often = np.diff(np.append(starts, len(hashes))).astype(np.float32)
    hashes, items = hashes[starts], items[starts]
    begins = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1])[: len(hashes)])
    bounds = np.append(begins, len(hashes))
    having = np.diff(bounds)
    rare = np.log(1 + (len(lengths) - having + 0.5) / (having + 0.5)).astype(np.float32)
    share = (lengths / max(float(lengths.mean()), 1e-9) if len(lengths) else lengths)[items]
    weights = np.repeat(rare * (SOON + 1), having) * often
    weights /= often + SOON * (1 - LONG + LONG * share.astype(np.float32))
    return hashes[begins], bounds, items, weights.astype(np.float32)


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
    every, shares = [], []
    for ranking in (by_code, by_words):
        rows, scores = np.array(ranking[:FIRST], dtype=np.float64).reshape(-1, 2).T
        fresh = np.append(True, scores[1:] != scores[:-1])[: len(scores)]
        rank = np.maximum.accumulate(np.where(fresh, np.arange(len(scores)), 0)) + 1
        every.append(rows.astype(np.int64))
        shares.append((FUSED + 1) / (FUSED + rank))
    rows, begins, places = np.unique(np.concatenate(every), return_index=True, return_inverse=True)
    sums = np.bincount(places, weights=np.concatenate(shares), minlength=len(rows))
    order = np.lexsort((begins, -sums))
    return list(zip(rows[order].tolist(), sums[order].tolist(), strict=True))
