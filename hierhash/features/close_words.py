"""Bags of words in which a word that is not known is read as the nearest ones that are.

A misspelling ("sweatshrit") has a known word of nearly its letters. Another word ("puppy") has
known words of nearly its meaning, where the table of the wordllama package is at hand. Only a text
of which no word is known is read so: titles give the rows that a plain bag of words gives.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hierhash.features.words import Words

LETTERS, MEANING = 0.75, 0.3
"""How alike two words are at least, as difflib counts letters and as cosines of the table."""
CANDIDATES, MOST, SHORTEST = 10, 3, 3


class Reading(NamedTuple):
    """What a word is read as: known words, and the share of each."""

    words: tuple[str, ...]
    shares: tuple[float, ...]


NOTHING = Reading((), ())


class CloseWords:
    """Counts of words, after unknown ones are read as near known ones.

    Args:
        min_count: Words in fewer training texts are not known.
        max_size: The vocabulary's largest size.
        table: Turns words into vectors of unit length; None reads by letters alone.
    """

    def __init__(self, min_count: int = 2, max_size: int = 5000, table: Any = None) -> None:
        self.words = Words("words", min_count, max_size)
        self.table = table
        self._forget()

    def _forget(self) -> None:
        self._readings: dict[str, Reading] = {}
        self._grams: tuple[Words, Any] | None = None
        self._meanings: NDArray[np.float32] | None = None

    def fit(self, texts: Sequence[str]) -> None:
        """Learns the vocabulary; see ``Words``."""
        self.words.fit(texts)
        self._forget()

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Rows, CSR float32 (n, vocabulary); a word adds 1 in all to what it is read as."""
        columns = {word: column for column, word in enumerate(self.words.vocabulary)}
        rows: list[int] = []
        places: list[int] = []
        values: list[float] = []
        for row, text in enumerate(texts):
            for _, reading in self.readings(text):
                rows += [row] * len(reading.words)
                places += [columns[word] for word in reading.words]
                values += reading.shares
        cells = (np.array(values, dtype=np.float32), (rows, places))
        return sparse.coo_matrix(cells, shape=(len(texts), len(columns))).tocsr()

    def readings(self, text: str) -> list[tuple[str, Reading]]:
        """The words of a text and what each is read as; where some are known, they alone count."""
        tokens = self.words.tokens(text)
        known = [token for token in tokens if self.words.knows(token)]
        return [(token, self.read(token)) for token in known or tokens]

    def read(self, word: str) -> Reading:
        """The known words that a word stands for, itself where it is known.

        Example:
            >>> words = CloseWords(min_count=1)
            >>> words.fit(["red sweatshirt", "blue shoes"])
            >>> words.read("sweatshrit").words, words.read("zebra").words
            (('sweatshirt',), ())
        """
        word = word.lower()
        if word not in self._readings:
            if self.words.knows(word):
                self._readings[word] = Reading((word,), (1.0,))
            elif len(word) < SHORTEST or not word.isalpha():
                self._readings[word] = NOTHING
            else:
                self._readings[word] = self._by_letters(word) or self._by_meaning(word) or NOTHING
        return self._readings[word]

    def knows(self, text: str) -> bool:
        """Whether a word of the text is known, or read as one."""
        return any(self.read(token).words for token in self.words.tokens(text))

    def nearest_words(self, text: str) -> list[str]:
        """Up to three known words close to each word of the text."""
        return self.words.nearest_words(text)

    def notes(self, text: str) -> list[str]:
        """What words were read as, and which were left out.

        Example:
            >>> words = CloseWords(min_count=1)
            >>> words.fit(["red sweatshirt", "blue shoes"])
            >>> words.notes("sweatshrit"), words.notes("red zebra")
            (["'sweatshrit' was read as sweatshirt"], ["'zebra' is not known"])
        """
        read = dict(self.readings(text))
        said = []
        for word in dict.fromkeys(self.words.tokens(text)):
            known = read.get(word, NOTHING).words
            if not known:
                said.append(f"'{word}' is not known")
            elif known != (word,):
                said.append(f"'{word}' was read as {', '.join(known)}")
        return said

    def state(self) -> dict[str, Any]:
        """Vocabulary as JSON."""
        return self.words.state()

    def load_state(self, state: dict[str, Any]) -> None:
        """Takes over a vocabulary; see ``Words``."""
        self.words.load_state(state)
        self._forget()

    def _by_letters(self, word: str) -> Reading | None:
        if self._grams is None:
            grams = Words("ngrams", min_count=1, max_size=1 << 20, ngram=(2, 3))
            grams.fit(self.words.vocabulary)
            self._grams = grams, grams.transform(self.words.vocabulary).T.tocsc()
        grams, known = self._grams
        alike = (grams.transform([word]) @ known).toarray()[0]
        best, found = LETTERS, None
        for place in np.argsort(-alike, kind="stable")[:CANDIDATES]:
            one = self.words.vocabulary[place]
            ratio = difflib.SequenceMatcher(None, word, one).ratio()
            if alike[place] > 0 and ratio >= LETTERS and ratio + alike[place] > best:
                best, found = ratio + alike[place], one
        return None if found is None else Reading((found,), (1.0,))

    def _by_meaning(self, word: str) -> Reading | None:
        if self.table is None:
            return None
        if self._meanings is None:
            self._meanings = self.table.transform(self.words.vocabulary)
        alike = self._meanings @ self.table.transform([word])[0]
        near = np.argsort(-alike, kind="stable")[:MOST]
        near = near[alike[near] >= MEANING]
        if not len(near):
            return None
        shares = alike[near] / alike[near].sum()
        return Reading(
            tuple(self.words.vocabulary[place] for place in near), tuple(map(float, shares))
        )
