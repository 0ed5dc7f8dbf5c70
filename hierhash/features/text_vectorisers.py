"""The registry of text vectorisers: what turns texts into feature rows for the text branch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Protocol

from pydantic import Strict

from hierhash.errors import ConfigError, did_you_mean
from hierhash.features.names import family, name_problem

Whole = Annotated[int, Strict()]


class TextVectoriser(Protocol):
    """Turns texts into rows; what it learnt from the training texts is plain JSON."""

    def fit(self, texts: Sequence[str]) -> None:
        """Learns a vocabulary, if it has one, from the training texts."""
        ...

    def transform(self, texts: Sequence[str]) -> Any:
        """Feature rows: scipy CSR (n, d) float32, or a dense float32 array."""
        ...

    def knows(self, text: str) -> bool:
        """Whether the text says anything to the vectoriser."""
        ...

    def nearest_words(self, text: str) -> list[str]:
        """Known words that resemble those of the text, for an error message."""
        ...

    def readings(self, text: str) -> dict[str, str]:
        """By word of a text that is not known the known word that it is read as."""
        ...

    def notes(self, text: str) -> list[str]:
        """What of a text was not taken as it stands, in words for who typed it."""
        ...

    def state(self) -> dict[str, Any]:
        """Everything needed to build it again, as JSON."""
        ...

    def load_state(self, state: dict[str, Any]) -> None:
        """Takes over a state."""
        ...


@dataclass(frozen=True)
class VectoriserSpec:
    """What a config says of a text vectoriser.

    Args:
        name: A name of ``vectoriser_names()``.
        min_count: Words (or n-grams) in fewer training texts are left out.
        max_size: The vocabulary's largest size; the most frequent stay.
        ngram: Shortest and longest character n-gram.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    name: str = "words"
    min_count: Whole = 2
    max_size: Whole = 5000
    ngram: tuple[Whole, Whole] = (2, 4)


def _words(spec: VectoriserSpec) -> TextVectoriser:
    from hierhash.features.words import Words

    return Words("words", spec.min_count, spec.max_size)


def _tfidf(spec: VectoriserSpec) -> TextVectoriser:
    from hierhash.features.words import Words

    return Words("tfidf", spec.min_count, spec.max_size)


def _ngrams(spec: VectoriserSpec) -> TextVectoriser:
    from hierhash.features.words import Words

    return Words("ngrams", spec.min_count, spec.max_size, spec.ngram)


def _close_words(spec: VectoriserSpec) -> TextVectoriser:
    from hierhash.features.close_words import CloseWords

    return CloseWords(spec.min_count, spec.max_size)


def _close_words_of(spec: VectoriserSpec) -> TextVectoriser:
    from hierhash.features.close_words import CloseWords
    from hierhash.features.minilm import MiniLM
    from hierhash.features.wordllama_table import WordLlamaTable

    encoder = WordLlamaTable() if spec.name.endswith(":wordllama") else MiniLM()
    return CloseWords(spec.min_count, spec.max_size, encoder)


def _wordllama(spec: VectoriserSpec) -> TextVectoriser:
    from hierhash.features.wordllama_table import WordLlamaTable

    return WordLlamaTable()


def _minilm(spec: VectoriserSpec) -> TextVectoriser:
    from hierhash.features.minilm import MiniLM

    return MiniLM()


def _open_clip(spec: VectoriserSpec) -> TextVectoriser:
    from hierhash.features.open_clip_texts import OpenClipTexts

    return OpenClipTexts(spec.name.removeprefix("open_clip:"))


def _huggingface(spec: VectoriserSpec) -> TextVectoriser:
    from hierhash.features.huggingface_texts import HuggingFaceTexts

    return HuggingFaceTexts(spec.name.removeprefix("huggingface:"))


_VECTORISERS: dict[str, Callable[[VectoriserSpec], TextVectoriser]] = {
    "words": _words,
    "tfidf": _tfidf,
    "ngrams": _ngrams,
    "close_words": _close_words,
    "close_words:": _close_words_of,
    "wordllama": _wordllama,
    "minilm": _minilm,
    "open_clip:": _open_clip,
    "huggingface:": _huggingface,
}


AUTO = "auto"
BY_MEANING = ("close_words:minilm", "close_words:wordllama")
"""Close words by an encoder of meanings, the better first."""


def resolved(spec: VectoriserSpec) -> VectoriserSpec:
    """The spec with what ``auto`` stands for here: close words, by meaning too where they can be.

    Configs are written with the answer, so that a run means the same on every machine.

    Example:
        >>> resolved(VectoriserSpec("words")).name
        'words'
    """
    if spec.name != AUTO:
        return spec
    found = [name for name in BY_MEANING if reads_by_meaning(name)]
    return replace(spec, name=found[0] if found else "close_words")


def reads_by_meaning(name: str) -> bool:
    """Whether one of ``BY_MEANING`` can be had: its package is installed."""
    from hierhash.features import minilm, wordllama_table

    if name.endswith(":wordllama"):
        return wordllama_table.is_installed()
    return minilm.is_installed()


def vectoriser_names() -> list[str]:
    """Names a config may give.

    ``close_words:minilm`` and ``close_words:wordllama`` read unknown words by their meaning too,
    ``close_words`` by their letters alone; ``auto`` takes the first whose package is there.
    Libraries take a model after a
    colon: ``open_clip:ViT-B-32/laion2b_s34b_b79k`` (weights after the slash: a tag or a file),
    ``huggingface:google-bert/bert-base-uncased`` (a repository or a folder).
    """
    return list(_VECTORISERS)


def text_vectoriser(spec: VectoriserSpec) -> TextVectoriser:
    """Builds the vectoriser a spec names.

    Raises:
        ConfigError: The name is unknown, the package it needs is not installed, or its weights
            cannot be had.

    Example:
        >>> words = text_vectoriser(VectoriserSpec("words", min_count=1))
        >>> words.fit(["red shoes", "blue shoes"])
        >>> words.transform(["blue blue shoes"]).toarray().tolist()
        [[2.0, 0.0, 1.0]]
    """
    if problem := vectoriser_problem(spec.name):
        raise ConfigError(f"features.text.name: {problem}")
    spec = resolved(spec)
    return _VECTORISERS[family(spec.name)](spec)


def vectoriser_problem(name: str) -> str | None:
    """What is wrong with the name of a vectoriser, or nothing; a model after a colon is not read.

    Example:
        >>> vectoriser_problem("wrods")
        "no text vectoriser 'wrods'; did you mean 'words'?"
    """
    if family(name) == "close_words:" and name not in BY_MEANING:
        hint = did_you_mean(name, BY_MEANING) or f"; use one of {', '.join(BY_MEANING)}"
        return f"no text vectoriser '{name}'{hint}"
    return None if name == AUTO else name_problem("text vectoriser", name, [*_VECTORISERS, AUTO])
