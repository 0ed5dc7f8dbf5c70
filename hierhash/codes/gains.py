"""How much each leaf counts in each bit of an expected code, so that doubt survives the sign.

Of an item between the leaves u (probability p) and v, where their centres differ, the bit is that
of u exactly if p g_u > (1 - p) g_v. With gains of 1 that is p > 1/2 in every bit: .51 and .99 get
one code. With exponential gains g_v / (g_u + g_v) is uniform on 0..1, whichever u and v are: each
bit flips at a place of its own, and u's bit is taken with chance p.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

STEADY_BITS, STEADY_SHAPE = 16, 8.0
"""The first bits have gains near 1: few bits cannot afford the variance that many average out."""


def draw_gains(leaves: int, bits: int, seed: int | Sequence[int] = 0) -> NDArray[np.float32]:
    """Gains of mean 1; those of a shorter code are the first ones of a longer.

    Gamma of shape 8 for the first 16 bits, exponential (gamma of shape 1) for the others.

    Args:
        leaves: Number of leaves.
        bits: K.
        seed: Of the draws; of several numbers, for a stream of its own.

    Returns:
        float32 (leaves, K), above 0.

    Example:
        >>> bool((draw_gains(3, 64)[:, :32] == draw_gains(3, 32)).all())
        True
    """
    rng = np.random.default_rng(seed)
    steady = min(bits, STEADY_BITS)
    first = rng.gamma(STEADY_SHAPE, 1 / STEADY_SHAPE, (steady, leaves))
    rest = rng.exponential(1.0, (bits - steady, leaves))
    gains = np.concatenate([first, rest]).T.astype(np.float32)
    return np.maximum(gains, np.finfo(np.float32).tiny)
