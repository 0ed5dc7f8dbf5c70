"""The small text branch: fewer words, in whole numbers of one byte, for a search inside a page.

The most frequent words stay, as many as fit. Misspelt words are read by their letters; what other
words mean is left to the whole branch. ``hierhash search --branch small`` answers by it, and the
page of ``hierhash export-page`` holds the same numbers.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from hierhash.codes.coding import Coding, ExpectedCode, Signs
from hierhash.errors import RunError
from hierhash.features.close_words import CloseWords
from hierhash.features.words import Words
from hierhash.retrieval.named import Names
from hierhash.retrieval.small_network import SmallNetwork, fixed_bytes, word_bytes
from hierhash.retrieval.text_branch import TextBranch, answers_in_numpy

LARGEST = 4_400_000
"""Bytes of all words and networks; base64 writes four characters for three of them."""
_NONE = "{}: its method has no small text branch; expected_tree_codes and those of DCMH have one"


class SmallBranch(TextBranch):
    """A run's text branch in a few megabytes; it reads and codes texts as ``TextBranch`` does.

    Args:
        run: The run folder, or the copy that an index carries.
        largest: Bytes that it may take.

    Raises:
        RunError: As ``TextBranch``; or it reads texts otherwise than by words, or its method codes
            them otherwise than by signs or expected codes.
    """

    def __init__(self, run: Path, largest: int = LARGEST) -> None:
        if not answers_in_numpy(run):
            raise RunError(_NONE.format(run))
        super().__init__(run, by_meaning=False)
        whole = self._vectoriser
        words = whole.words if isinstance(whole, CloseWords) else whole
        if not isinstance(words, Words) or words.kind == "ngrams":
            raise RunError(
                f"{run}: reads texts otherwise than by words, which has no small form; train with "
                "features.text.name: close_words"
            )
        parts = self._parts
        if not all(isinstance(one.coding, ExpectedCode | Signs) for one in parts.values()):
            raise RunError(_NONE.format(run))
        room = largest - sum(fixed_bytes(one.weights) for one in parts.values())
        each = sum(word_bytes(one.weights) for one in parts.values())
        kept = _most_frequent(words, max(room // each, 1))
        self.words = _fewer(words, kept)
        self._vectoriser = self.words
        if isinstance(whole, CloseWords):
            self._vectoriser = CloseWords()
            self._vectoriser.load_state(self.words.state())
        try:
            self.networks = {
                name: SmallNetwork.of(one.weights, kept) for name, one in parts.items()
            }
        except (ValueError, KeyError, IndexError) as error:
            raise RunError(f"{run}: its text network has no small form; {error}") from error
        self._parts = {
            name: replace(one, weights=self.networks[name].weights()) for name, one in parts.items()
        }

    @property
    def reads_close_words(self) -> bool:
        """Whether a misspelt word is read as a known one."""
        return isinstance(self._vectoriser, CloseWords)

    def coding(self, name: str) -> Coding:
        """What the outputs of a tree's network go through."""
        return self._parts[name].coding

    def names(self, name: str) -> Names:
        """What texts are looked up as names of a tree."""
        return self._parts[name].names


def _most_frequent(words: Words, count: int) -> list[int]:
    """Columns of the words that most texts have, rising; equal ones in alphabetical order."""
    order = np.argsort(words.weights, kind="stable")[:count]
    return sorted(order.tolist())


def _fewer(words: Words, kept: list[int]) -> Words:
    state = words.state()
    state["vocabulary"] = [words.vocabulary[column] for column in kept]
    state["weights"] = [float(words.weights[column]) for column in kept]
    fewer = Words(words.kind)
    fewer.load_state(state)
    return fewer
