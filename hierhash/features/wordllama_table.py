"""The mean of the token vectors that the wordllama package carries, 256 numbers a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.errors import ConfigError


class WordLlamaTable:
    """Texts by the packaged wordllama table; nothing is fitted.

    Raises:
        ConfigError: The package is not installed.
    """

    def __init__(self) -> None:
        try:
            from wordllama import WordLlama
        except ImportError as error:
            raise ConfigError(
                "features.text.name: wordllama needs its package; run: pip install 'hierhash[text]'"
            ) from error
        self._model = WordLlama.load(disable_download=True)

    def fit(self, texts: Sequence[str]) -> None:
        """Nothing to learn."""

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, float32 (n, 256)."""
        return np.asarray(self._model.embed(list(texts), norm=True), dtype=np.float32)

    def knows(self, text: str) -> bool:
        """Any text with a visible character is known."""
        return bool(text.strip())

    def nearest_words(self, text: str) -> list[str]:
        """Not needed: the table covers all text."""
        return []

    def state(self) -> dict[str, Any]:
        """Nothing was learnt."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Nothing to take over."""
