"""Codes of items whose products follow a similarity of +-1, by coordinate descent (CNNH, stage 1).

Xia et al., AAAI 2014, algorithm 1: min over H in [-1, 1]^(n x K) of ||S - H H' / K||^2, one number
at a time by a Newton step: with L = H H' - K S the step of H_ij is -g' / g'', cut to what keeps it
within -1..1, g' = 4 L_i . H_j and g'' = 4 (H_j'H_j + H_ij^2 + L_ii). With S = 2 [same class] - 1,
S H_j is a sum by class, so L, which is n x n, is never formed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def similarity_codes(
    classes: NDArray[np.int64], bits: int, sweeps: int, rng: np.random.Generator
) -> Floats:
    """H, float64 (n, bits), from random signs.

    Memory: n x bits and classes x bits.

    Args:
        classes: int64 (n,), the class of each item.
        bits: K.
        sweeps: Passes over all numbers.
        rng: Of the start.

    Example:
        >>> classes = np.array([0, 0, 1, 1])
        >>> found = similarity_codes(classes, 4, 5, np.random.default_rng(0))
        >>> np.sign(found @ found.T)[0].tolist()
        [1.0, 1.0, -1.0, -1.0]
    """
    codes = rng.choice([-1.0, 1.0], (len(classes), bits))
    for _ in range(sweeps):
        sweep(codes, classes)
    return codes


def sweep(codes: Floats, classes: NDArray[np.int64]) -> None:
    """One pass over all numbers of H (n, K), which it changes."""
    n, bits = codes.shape
    gram = codes.T @ codes
    sums = np.zeros((int(classes.max()) + 1, bits))
    np.add.at(sums, classes, codes)
    total = sums.sum(axis=0)
    for i in range(n):
        own, group = codes[i], sums[classes[i]]
        for j in range(bits):
            similar = 2 * group[j] - total[j]
            slope = own @ gram[:, j] - bits * similar
            bend = gram[j, j] + own[j] ** 2 + own @ own - bits
            # Where the bend is not upwards a Newton step leads uphill: go to the lower end.
            step = -slope / bend if bend > 0 else -np.sign(slope) * 2.0
            step = min(max(step, -1 - own[j]), 1 - own[j])
            gram[j] += step * own
            gram[:, j] += step * own
            gram[j, j] += step**2
            own[j] += step
            group[j] += step
            total[j] += step
