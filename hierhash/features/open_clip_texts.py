"""The text half of an OpenCLIP model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from hierhash.features.frozen_text import FrozenText, unit_rows_in_batches
from hierhash.features.hub import loading
from hierhash.features.open_clip_models import load_open_clip, split_name


class OpenClipTexts(FrozenText):
    """Text embeddings of an OpenCLIP model, on the CPU.

    Args:
        name: ``MODEL/TAG`` or ``MODEL/FILE``, such as ``ViT-B-32/laion2b_s34b_b79k``.

    Raises:
        ConfigError: open_clip is not installed, has no such model or tag, or the weights or the
            tokenizer cannot be loaded.
    """

    def __init__(self, name: str) -> None:
        self._model = load_open_clip(name, "features.text.name")
        from open_clip import get_tokenizer

        with loading("features.text.name", f"open_clip:{name}", "use minilm"):
            self._tokenize = get_tokenizer(split_name(name)[0])

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, float32 (n, d)."""
        return unit_rows_in_batches(texts, self._encode)

    @torch.inference_mode()
    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        rows: NDArray[np.float32] = self._model.encode_text(self._tokenize(texts)).numpy()
        return rows
