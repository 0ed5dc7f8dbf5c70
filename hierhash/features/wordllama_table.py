"""The mean of the token vectors that the wordllama package carries, 256 numbers a text."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hierhash.features.frozen_text import FrozenText
from hierhash.features.hub import not_installed


class WordLlamaTable(FrozenText):
    """Texts by the packaged wordllama table; nothing is fitted.

    Raises:
        ConfigError: The package is not installed.
    """

    def __init__(self) -> None:
        try:
            from safetensors.numpy import load_file
            from tokenizers import Tokenizer

            home = _home()
        except ImportError as error:
            raise not_installed(
                "features.text.name", "wordllama", error, "package", "text"
            ) from error
        self._tokenizer = Tokenizer.from_file(
            str(home / "tokenizers" / "l2_supercat_tokenizer_config.json")
        )
        weights = load_file(home / "weights" / "l2_supercat_256.safetensors")
        self._table = weights["embedding.weight"].astype(np.float32)

    @property
    def width(self) -> int:
        """Numbers a text."""
        return int(self._table.shape[1])

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, float32 (n, 256)."""
        rows = np.zeros((len(texts), self._table.shape[1]), dtype=np.float32)
        encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        for row, tokens in zip(rows, encoded, strict=True):
            if tokens.ids:
                row[:] = self._table[tokens.ids].mean(axis=0)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(norms, 1e-12), dtype=np.float32)

    def is_word(self, word: str) -> bool:
        """Whether the word is one token of the table."""
        return len(self._tokenizer.encode(word, add_special_tokens=False).ids) == 1


def is_installed() -> bool:
    """Whether the table's package and its tokenizer's are there."""
    return all(find_spec(name) is not None for name in ("wordllama", "tokenizers"))


def _home() -> Path:
    """The folder of the package, which is not imported: only its files are read.

    Its own loader looks for the tokenizer elsewhere, and brings an HTTP client.
    """
    found = find_spec("wordllama")
    if found is None or found.origin is None:
        raise ImportError("No module named 'wordllama'", name="wordllama")
    return Path(found.origin).parent
