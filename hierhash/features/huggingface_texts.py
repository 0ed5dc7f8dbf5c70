"""Text features of any encoder, or of the text half of a CLIP, of transformers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from hierhash.features.frozen_text import FrozenText, unit_rows_in_batches
from hierhash.features.huggingface_models import load_huggingface


class HuggingFaceTexts(FrozenText):
    """Text embeddings of a CLIP-like model; of others the mean of the last layer's tokens.

    Args:
        name: A repository of the hub or a folder, such as ``google-bert/bert-base-uncased``.

    Raises:
        ConfigError: transformers is not installed, or the model cannot be loaded.
    """

    def __init__(self, name: str) -> None:
        self._model, self._tokenize = load_huggingface(name, "features.text.name", "AutoTokenizer")

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, float32 (n, d)."""
        return unit_rows_in_batches(texts, self._encode)

    @torch.inference_mode()
    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        inputs = self._tokenize(texts, padding=True, truncation=True, return_tensors="pt")
        if hasattr(self._model, "get_text_features"):
            rows = self._model.get_text_features(**inputs).pooler_output
        else:
            counted = inputs["attention_mask"][:, :, None]
            tokens = self._model(**inputs).last_hidden_state
            rows = (tokens * counted).sum(dim=1) / counted.sum(dim=1).clamp(min=1)
        result: NDArray[np.float32] = rows.numpy()
        return result
