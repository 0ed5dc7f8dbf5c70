"""What text encoders with fixed weights share: nothing is learnt, and any text says something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

BATCH = 64


class FrozenText:
    """A text vectoriser whose weights are fixed; a subclass adds ``transform``."""

    def fit(self, texts: Sequence[str]) -> None:
        """Nothing to learn."""

    def knows(self, text: str) -> bool:
        """Any text with a visible character is known."""
        return bool(text.strip())

    def nearest_words(self, text: str) -> list[str]:
        """Not needed: word pieces cover all text."""
        return []

    def readings(self, text: str) -> dict[str, str]:
        """Words are not read as others."""
        return {}

    def notes(self, text: str) -> list[str]:
        """None: all of it is read."""
        return []

    def state(self) -> dict[str, Any]:
        """Nothing was learnt."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Nothing to take over."""


def unit_rows_in_batches(
    texts: Sequence[str], encode: Callable[[list[str]], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Rows of unit length, float32 (n, d), of texts that are encoded 64 at a time.

    Example:
        >>> unit_rows_in_batches(["a", "b"], lambda t: np.full((len(t), 4), 3.0, np.float32))[0]
        array([0.5, 0.5, 0.5, 0.5], dtype=float32)
    """
    starts = range(0, len(texts), BATCH)
    rows = np.concatenate([encode(list(texts[i : i + BATCH])) for i in starts])
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, 1e-12), dtype=np.float32)
