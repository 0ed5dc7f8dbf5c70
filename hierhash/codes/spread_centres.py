"""Hash centres of a flat set of classes, as far apart as their number and the length allow.

Rows of a Hadamard matrix H and then of -H, where the length is a power of two and they suffice: any
two differ in half of the bits, or in all (Yuan et al., CVPR 2020, Algorithm 1). Else random codes
(Bernoulli), the same paper's way out, drawn so that no two are nearer than a distance that shrinks
until enough are found, as in the official code of OrthoHash.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import hadamard

TRIES = 1000


def hadamard_centres(classes: int, bits: int, seed: int) -> NDArray[np.int8]:
    """Centres of classes, int8 (classes, bits) of -1 and +1; which class has which is drawn.

    Example:
        >>> centres = hadamard_centres(8, 8, 0).astype(int)
        >>> (centres @ centres.T).tolist() == (8 * np.eye(8, dtype=int)).tolist()
        True
    """
    rng = np.random.default_rng(seed)
    if bits & (bits - 1) or classes > 2 * bits:
        return random_centres(classes, bits, seed)
    rows = hadamard(bits, dtype=np.int8)
    chosen = np.concatenate([rows, -rows])[:classes]
    return np.asarray(chosen[rng.permutation(classes)])


def random_centres(classes: int, bits: int, seed: int) -> NDArray[np.int8]:
    """Random codes, each as far from those before it as TRIES draws find; int8 (classes, bits).

    Memory: classes x bits and TRIES x bits.

    Example:
        >>> random_centres(20, 32, 0).shape
        (20, 32)
    """
    rng = np.random.default_rng(seed)
    centres = np.empty((classes, bits), dtype=np.int8)
    apart = int(0.61 * bits)
    place = 0
    while place < classes:
        drawn = rng.choice(np.array([-1, 1], dtype=np.int8), (TRIES, bits))
        # Sums of so few ones are exact in float32, and quick.
        products = drawn.astype(np.float32) @ centres[:place].T.astype(np.float32)
        nearest = (bits - products.max(axis=1, initial=-bits)) / 2
        far = np.flatnonzero(nearest >= apart)
        if len(far):
            centres[place] = drawn[far[0]]
            place += 1
        else:
            apart -= 1
    return centres
