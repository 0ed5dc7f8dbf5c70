"""Bags of words in which a word that is not known is read as the nearest one that is.

A misspelling ("sweatshrit") has a known word of nearly its letters. Another word ("puppy") has a
known word of nearly its meaning, where an encoder is at hand that knows it. Only texts of up to
three words, and those of which no word is known, are read so: longer titles give the rows that a
plain bag of words gives.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA
from scipy import sparse

from hierhash.features.words import Words

LETTERS = 0.8
"""How alike the letters of two words are at least: 1 - edits / length; a swap is one edit."""
MEANING = 0.4
"""The least cosine of two words of like meaning."""
MOST_KEPT = 100_000
"""Unknown words whose reading is kept; a server is asked for any."""
SHORT, SHORTEST = 3, 3
"""Words of a text that is read word by word; letters of a word that is read as another."""


class Encoder(Protocol):
    """Turns words into vectors of unit length by their meaning."""

    def is_word(self, word: str) -> bool:
        """Whether it has the word whole, so that it is no misspelling."""
        ...

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length (n, d)."""
        ...


class CloseWords:
    """Counts of words, after unknown ones are read as near known ones.

    Args:
        min_count: Words in fewer training texts are not known.
        max_size: The vocabulary's largest size.
        encoder: Tells what words mean; None reads by letters alone.
    """

    def __init__(
        self, min_count: int = 2, max_size: int = 5000, encoder: Encoder | None = None
    ) -> None:
        self.words = Words("words", min_count, max_size)
        self.encoder = encoder
        self._forget()

    def _forget(self) -> None:
        self._readings: dict[str, str | None] = {}
        self._near = [word for word in self.words.vocabulary if _may_be_read(word)]
        self._rarity = dict(zip(self.words.vocabulary, self.words.weights, strict=True))
        self._meanings: NDArray[np.float32] | None = None

    def fit(self, texts: Sequence[str]) -> None:
        """Learns the vocabulary; see ``Words``."""
        self.words.fit(texts)
        self._forget()

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Rows, CSR float32 (n, vocabulary); a word adds 1 to what it is read as."""
        tokens = [self._read_tokens(text) for text in texts]
        known = self._read(word for own in tokens for word in own)
        read = [" ".join(known[word] or "" for word in own) for own in tokens]
        return self.words.transform(read)

    def read(self, word: str) -> str | None:
        """The known word that a word stands for, itself where it is known.

        Example:
            >>> words = CloseWords(min_count=1)
            >>> words.fit(["red sweatshirt", "blue shoes"])
            >>> words.read("sweatshrit"), words.read("zebra")
            ('sweatshirt', None)
        """
        return self._read([word.lower()])[word.lower()]

    def knows(self, text: str) -> bool:
        """Whether a word of the text is known, or read as one."""
        return any(self._read(self._read_tokens(text)).values())

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
        read = self._read(self._read_tokens(text))
        said = []
        for word in dict.fromkeys(self.words.tokens(text)):
            known = read.get(word)
            if known is None:
                said.append(f"'{word}' is not known")
            elif known != word:
                said.append(f"'{word}' was read as {known}")
        return said

    def readings(self, text: str) -> dict[str, str]:
        """By word of a text that is not known the known word that it is read as.

        Example:
            >>> words = CloseWords(min_count=1)
            >>> words.fit(["red sweatshirt", "blue shoes"])
            >>> words.readings("red sweatshrit zebra")
            {'sweatshrit': 'sweatshirt'}
        """
        known = self._read(self._read_tokens(text)).items()
        return {word: own for word, own in known if own is not None and own != word}

    def state(self) -> dict[str, Any]:
        """Vocabulary, and what its words mean in half precision, as JSON."""
        state = self.words.state()
        if self.encoder is not None and self._near:
            halves = self._known_meanings(self.encoder).astype("<f2")
            state["meanings"] = base64.b64encode(halves.tobytes()).decode()
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        """Takes over a vocabulary; see ``Words``."""
        self.words.load_state(state)
        self._forget()
        if "meanings" in state:
            halves = np.frombuffer(base64.b64decode(state["meanings"], validate=True), "<f2")
            self._meanings = halves.astype(np.float32).reshape(len(self._near), -1)

    def _read_tokens(self, text: str) -> list[str]:
        """The words of a text that count: of a longer one the known alone, if there are any."""
        tokens = self.words.tokens(text)
        known = [token for token in tokens if self.words.knows(token)]
        return tokens if len(tokens) <= SHORT or not known else known

    def _read(self, words: Iterable[str]) -> dict[str, str | None]:
        """What words stand for, all at once: an encoder is quicker so."""
        found = {word: word if self.words.knows(word) else None for word in words}
        asked = []
        for word, known in list(found.items()):
            if known is not None or not _may_be_read(word) or not self._near:
                continue
            if word in self._readings:
                found[word] = self._readings[word]
                continue
            if self.encoder is None or not self.encoder.is_word(word):
                found[word] = self._by_letters(word)
            if found[word] is None and self.encoder is not None:
                asked.append(word)
            else:
                self._keep(word, found[word])
        if self.encoder is None or not asked:
            return found
        alike = self.encoder.transform(asked) @ self._known_meanings(self.encoder).T
        for word, own in zip(asked, alike, strict=True):
            best = int(own.argmax())
            found[word] = self._near[best] if own[best] >= MEANING else None
            self._keep(word, found[word])
        return found

    def _keep(self, word: str, read: str | None) -> None:
        """Keeps what an unknown word stands for, once that is settled: threads share it."""
        if len(self._readings) >= MOST_KEPT:
            self._readings = {}
        self._readings[word] = read

    def _by_letters(self, word: str) -> str | None:
        # A little less: the library's cut leaves out what is as near as is asked.
        cut = LETTERS - 1e-6
        found = process.extract(
            word, self._near, scorer=OSA.normalized_similarity, score_cutoff=cut, limit=None
        )
        # Of equally near ones the word that more texts have.
        best = max(found, key=lambda one: (one[1], -self._rarity[one[0]]), default=None)
        return None if best is None else best[0]

    def _known_meanings(self, encoder: Encoder) -> NDArray[np.float32]:
        if self._meanings is None:
            self._meanings = encoder.transform(self._near)
        return self._meanings


def _may_be_read(word: str) -> bool:
    return len(word) >= SHORTEST and word.isalpha()
