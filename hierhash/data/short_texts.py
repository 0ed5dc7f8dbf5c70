"""What people type is shorter than a title: one to three of its words, drawn at random."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MOST_WORDS = 3


def shortened(texts: Sequence[str], seed: int = 0) -> list[str]:
    """Each text cut to one, two or three of its words, which keep their order.

    Args:
        texts: The texts; one of fewer words may stay as it is.
        seed: Of the draws.

    Example:
        >>> shortened(["Nike Men Air Black Running Shoe", "Hat"])
        ['Air Black Shoe', 'Hat']
    """
    rng = np.random.default_rng(seed)
    short = []
    for text in texts:
        words = text.split()
        count = min(int(rng.integers(1, MOST_WORDS + 1)), len(words))
        kept = np.sort(rng.permutation(len(words))[:count])
        short.append(" ".join(words[place] for place in kept))
    return short
