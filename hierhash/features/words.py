"""Bags of words and of character n-grams, in any script, by scikit-learn."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from hierhash.errors import DataError

_KINDS = ("words", "tfidf", "ngrams")


class Words:
    """Counts of words, TF-IDF of words, or TF-IDF of character n-grams.

    Character n-grams suit scripts without spaces and misspelt titles. TF-IDF rows have unit length.

    Args:
        kind: ``words``, ``tfidf`` or ``ngrams``.
        min_count: Entries in fewer training texts are left out.
        max_size: The vocabulary's largest size.
        ngram: Shortest and longest n-gram.

    Raises:
        DataError: (``fit``) No word occurs ``min_count`` times.
    """

    def __init__(
        self,
        kind: str = "words",
        min_count: int = 2,
        max_size: int = 5000,
        ngram: tuple[int, int] = (2, 4),
    ) -> None:
        if kind not in _KINDS:
            raise ValueError(f"kind is one of {_KINDS}, got {kind!r}")
        self.kind, self.min_count, self.max_size, self.ngram = kind, min_count, max_size, ngram
        self.vocabulary: list[str] = []
        self.weights = np.zeros(0, dtype=np.float32)

    def fit(self, texts: Sequence[str]) -> None:
        """Learns the vocabulary, in alphabetical order, and the inverse document frequencies."""
        counter = self._counter(min_df=self.min_count, max_features=self.max_size)
        try:
            counts = counter.fit_transform(texts)
        except ValueError as error:
            raise DataError(
                f"texts: no word occurs in {self.min_count} training texts; "
                "lower features.text.min_count or check the text column"
            ) from error
        self.vocabulary = counter.get_feature_names_out().tolist()
        documents = np.bincount(counts.indices, minlength=len(self.vocabulary))
        self.weights = (np.log((1 + len(texts)) / (1 + documents)) + 1).astype(np.float32)

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Rows, CSR float32 (n, vocabulary); unknown words are left out."""
        counter = self._counter(vocabulary=self.vocabulary)
        rows = counter.transform(texts).astype(np.float32).tocsr()
        if self.kind == "words":
            return rows
        rows = rows.multiply(self.weights[None, :]).tocsr().astype(np.float32)
        norms = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
        return sparse.diags_array(1.0 / np.maximum(norms, 1e-12)).dot(rows).astype(np.float32)

    def knows(self, text: str) -> bool:
        """Whether the text has an entry of the vocabulary."""
        return bool(self.transform([text]).nnz)

    def nearest_words(self, text: str) -> list[str]:
        """Up to three known words close to each word of the text."""
        if self.kind == "ngrams":
            return []
        near: list[str] = []
        for word in self._counter().build_analyzer()(text):
            near += difflib.get_close_matches(word, self.vocabulary, n=3, cutoff=0.6)
        return list(dict.fromkeys(near))

    def state(self) -> dict[str, Any]:
        """Vocabulary and weights as JSON."""
        return {
            "kind": self.kind,
            "ngram": list(self.ngram),
            "vocabulary": self.vocabulary,
            "weights": [round(float(w), 6) for w in self.weights],
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Takes over a vocabulary."""
        self.kind = state["kind"]
        self.ngram = (state["ngram"][0], state["ngram"][1])
        self.vocabulary = state["vocabulary"]
        self.weights = np.array(state["weights"], dtype=np.float32)

    def _counter(self, **options: Any) -> CountVectorizer:
        if self.kind == "ngrams":
            return CountVectorizer(analyzer="char_wb", ngram_range=self.ngram, **options)
        return CountVectorizer(token_pattern=r"(?u)\b\w+\b", **options)
