"""Binary codes of the classes of every level, by discrete coordinate descent (SHDCH).

SHDCH (Zhan et al., ACM MM 2020) learns Y_l in {-1, +1}^(classes x K) for each level of a tree with
outputs F, G of items fixed. Bit by bit, every class of a level at once, it lowers

    sum_l alpha_l ( ||K L_l - F Y_l'||^2 + ||K L_l - G Y_l'||^2 )
        + eta sum_l ||K A_l - Y_l Y_l+1'||^2

over the items known at level l, with L_l their classes and A_l which class of level l + 1 lies
under which of level l. The paper has two levels; a chain of levels has one such term between each
two neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def descend(
    codes: Sequence[Floats],
    grams: Sequence[Floats],
    sums: Sequence[Floats],
    children: Sequence[Floats],
    alpha: Floats,
    eta: float,
    sweeps: int = 10,
) -> list[Floats]:
    """One round over the levels: each level's bits in turn until none changes.

    With v = q_k - alpha Y_-k gram_-k,k - eta sum over neighbours N of Y_-k (N_-k' N_k), gram that
    of the level, the best bits k of all classes are sign(v), and a 0 leaves a bit as it is; so the
    objective never rises.

    Args:
        codes: Y_l of each level, (classes, K) of -1 and +1.
        grams: For each level F'F + G'G of the items known there, (K, K).
        sums: For each level (classes, K): the sums of F and G over the items of each class.
        children: For each level but the last A_l, (classes, classes of the next).
        alpha: (L,), weights of the levels.
        eta: Weight of the tree.
        sweeps: Most passes over the bits of a level.
    """
    found = [level.copy() for level in codes]
    bits = codes[0].shape[1]
    for level, own in enumerate(found):
        pull = bits * alpha[level] * sums[level]
        inner = alpha[level] * grams[level]
        if level:
            pull += eta * bits * children[level - 1].T @ found[level - 1]
            inner = inner + eta * found[level - 1].T @ found[level - 1]
        if level + 1 < len(found):
            pull += eta * bits * children[level] @ found[level + 1]
            inner = inner + eta * found[level + 1].T @ found[level + 1]
        for _ in range(sweeps):
            before = own.copy()
            for k in range(bits):
                value = pull[:, k] - own @ inner[:, k] + own[:, k] * inner[k, k]
                own[:, k] = np.where(value == 0, own[:, k], np.sign(value))
            if np.array_equal(before, own):
                break
    return found
