"""Bags of words and of character n-grams, in any script.

scikit-learn learns the vocabulary. Texts become rows without it, by the same rules, since importing
it takes longer than answering a query (a test holds the two together).
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from hierhash.errors import DataError

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import CountVectorizer

_KINDS = ("words", "tfidf", "ngrams")
_WORD = r"(?u)\b\w+\b"
LOOKED_UP = 8
"""Words of a text that near ones are looked for; each is compared with the whole vocabulary."""


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
        self._columns: dict[str, int] = {}

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
        self.vocabulary, self._columns = counter.get_feature_names_out().tolist(), {}
        documents = np.bincount(counts.indices, minlength=len(self.vocabulary))
        self.weights = (np.log((1 + len(texts)) / (1 + documents)) + 1).astype(np.float32)

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Rows, CSR float32 (n, vocabulary); unknown words are left out."""
        columns: list[int] = []
        counts: list[int] = []
        starts = np.zeros(len(texts) + 1, dtype=np.int64)
        for row, text in enumerate(texts):
            found = Counter(
                column for token in self.tokens(text) if (column := self._column(token)) is not None
            )
            columns += sorted(found)
            counts += [found[column] for column in sorted(found)]
            starts[row + 1] = len(columns)
        values = np.array(counts, dtype=np.float32)
        rows = sparse.csr_matrix(
            (values, np.array(columns, dtype=np.int64), starts),
            shape=(len(texts), len(self.vocabulary)),
        )
        return rows if self.kind == "words" else self._weighted(rows)

    def _weighted(self, rows: sparse.csr_matrix) -> sparse.csr_matrix:
        rows = rows.multiply(self.weights[None, :]).tocsr().astype(np.float32)
        norms = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
        return sparse.diags_array(1.0 / np.maximum(norms, 1e-12)).dot(rows).astype(np.float32)

    def tokens(self, text: str) -> list[str]:
        """The words or n-grams of a text, repeats included, known or not.

        Example:
            >>> Words("words").tokens("Red, red shoes"), Words("ngrams", ngram=(3, 3)).tokens("ab")
            (['red', 'red', 'shoes'], [' ab', 'ab '])
        """
        text = text.lower()
        if self.kind != "ngrams":
            return re.findall(_WORD, text)
        return [gram for word in text.split() for gram in _grams(f" {word} ", *self.ngram)]

    def _column(self, token: str) -> int | None:
        if len(self._columns) != len(self.vocabulary):
            self._columns = {word: column for column, word in enumerate(self.vocabulary)}
        return self._columns.get(token)

    def knows(self, text: str) -> bool:
        """Whether the text has a word of the vocabulary, or one of whose n-grams half are in it."""
        if self.kind != "ngrams":
            return any(self._column(token) is not None for token in self.tokens(text))
        return any(self._knows_half(word) for word in text.split())

    def _knows_half(self, word: str) -> bool:
        # Short n-grams are in nearly all words, so a few of them say nothing.
        known = [self._column(gram) is not None for gram in self.tokens(word)]
        return 2 * sum(known) >= len(known) > 0

    def nearest_words(self, text: str) -> list[str]:
        """Up to three known words close to each of the first words of the text."""
        if self.kind == "ngrams":
            return []
        near: list[str] = []
        for word in self.tokens(text)[:LOOKED_UP]:
            near += difflib.get_close_matches(word, self.vocabulary, n=3, cutoff=0.6)
        return list(dict.fromkeys(near))

    def readings(self, text: str) -> dict[str, str]:
        """Words are not read as others."""
        return {}

    def notes(self, text: str) -> list[str]:
        """Which words are not known; n-grams are no words."""
        if self.kind == "ngrams":
            return []
        unknown = [word for word in self.tokens(text) if self._column(word) is None]
        return [f"'{word}' is not known" for word in dict.fromkeys(unknown)]

    def state(self) -> dict[str, Any]:
        """Vocabulary and weights as JSON."""
        return {
            "kind": self.kind,
            "ngram": list(self.ngram),
            "vocabulary": self.vocabulary,
            "weights": [round(float(w), 6) for w in self.weights],
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Takes over a vocabulary.

        Raises:
            ValueError: Not a vocabulary: of another kind, or words and weights do not fit.
        """
        words, weights = state["vocabulary"], np.array(state["weights"], dtype=np.float32)
        if state["kind"] not in _KINDS or len(set(words)) != len(words):
            raise ValueError("not a vocabulary")
        if weights.shape != (len(words),) or not np.isfinite(weights).all():
            raise ValueError("the vocabulary has words and weights that do not fit")
        self.kind = state["kind"]
        self.ngram = (int(state["ngram"][0]), int(state["ngram"][1]))
        self.vocabulary, self.weights = [str(word) for word in words], weights
        self._columns = {}

    def _counter(self, **options: Any) -> CountVectorizer:
        from sklearn.feature_extraction.text import CountVectorizer

        if self.kind == "ngrams":
            return CountVectorizer(analyzer="char_wb", ngram_range=self.ngram, **options)
        return CountVectorizer(token_pattern=_WORD, **options)


def _grams(padded: str, shortest: int, longest: int) -> list[str]:
    """n-grams of a word between spaces, as scikit-learn's ``char_wb`` takes them.

    A word that is shorter than n counts once, whole, and not again for longer n.
    """
    grams: list[str] = []
    for n in range(shortest, longest + 1):
        grams.append(padded[:n])
        grams += [padded[start : start + n] for start in range(1, len(padded) - n + 1)]
        if len(padded) <= n:
            break
    return grams
