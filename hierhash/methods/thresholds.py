"""Thresholds of expected codes, so that products of codes follow the likeness of posteriors.

With all thresholds at 0 every doubt is decided: an item of .51 and .49 gets the code of one class.
Spread thresholds let it lie between. Which bit gets which is chosen bit by bit, on items kept for
calibration: it lowers the weighted squared error of K times the wanted likeness against the product
of an image's and a text's code. No luck of an order is in it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

SPREAD, STEPS, ROUNDS, MOST = 0.5, 9, 6, 2000


def choose_thresholds(
    first: Matrix,
    second: Matrix,
    wanted: Matrix,
    weights: Matrix,
    lengths: Sequence[int],
    spread: float = SPREAD,
) -> Matrix:
    """Thresholds of all bits, in -spread..spread, stage by stage: a prefix is a code by itself.

    Memory: a few arrays of n x m.

    Args:
        first: (n, K), expected codes of some items, in one modality.
        second: (m, K), of others, in the other.
        wanted: (n, m), the likeness of the items, in 0..1.
        weights: (n, m), how much each pair counts.
        lengths: Rising lengths that are codes by themselves, the last one K.
        spread: Largest threshold.

    Returns:
        float64 (K,).

    Example:
        >>> ones = np.ones((1, 2))
        >>> choose_thresholds(ones, ones, np.ones((1, 1)), np.ones((1, 1)), [2]).shape
        (2,)
    """
    grid = np.linspace(-spread, spread, STEPS)
    chosen = np.zeros(first.shape[1])
    mine, theirs = _signs(first, chosen), _signs(second, chosen)
    start = 0
    for length in lengths:
        products = mine[:, :length] @ theirs[:, :length].T
        for _ in range(ROUNDS):
            before = chosen.copy()
            for bit in range(start, length):
                products -= np.outer(mine[:, bit], theirs[:, bit])
                left = weights * (length * wanted - products)
                options_mine = _signs(first[:, bit, None], grid)
                options_theirs = _signs(second[:, bit, None], grid)
                gains = np.einsum("ng,ng->g", options_mine, left @ options_theirs)
                best = int(gains.argmax())
                chosen[bit] = grid[best]
                mine[:, bit], theirs[:, bit] = options_mine[:, best], options_theirs[:, best]
                products += np.outer(mine[:, bit], theirs[:, bit])
            if (before == chosen).all():
                break
        start = length
    return chosen


def level_balance(first: NDArray[np.integer], second: NDArray[np.integer]) -> Matrix:
    """Weights of pairs: those that share so many levels weigh 1 together.

    Args:
        first: int (n, L), class of each item at each level, -1 where unknown.
        second: int (m, L).

    Example:
        >>> level_balance(np.array([[0, 0]]), np.array([[0, 0], [0, 1], [1, 2], [1, 3]])).tolist()
        [[1.0, 1.0, 0.5, 0.5]]
    """
    shared = np.zeros((len(first), len(second)), dtype=np.int64)
    for mine, theirs in zip(first.T, second.T, strict=True):
        shared += (mine[:, None] == theirs[None, :]) & (mine[:, None] >= 0)
    counts = np.bincount(shared.ravel())
    return np.asarray((1.0 / np.maximum(counts, 1))[shared])


def _signs(values: Matrix, thresholds: Matrix) -> Matrix:
    return np.where(values >= thresholds, 1.0, -1.0)
