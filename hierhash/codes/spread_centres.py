"""Hash centres of a flat set of classes, as far apart as their number and the length allow.

Rows of a Hadamard matrix H and then of -H, where the length is a power of two and they suffice: any
two differ in half of the bits, or in all (Yuan et al., CVPR 2020, Algorithm 1). Else random codes
(Bernoulli), the same paper's way out, drawn so that no two are nearer than a distance that shrinks
until enough are found, as in the official code of OrthoHash.

Where there are no more classes than bits, rows and their signs are drawn. The first rows as they
are have columns that are the same for every class (for 4 classes of 16 bits four of them), and a
bit without two sides to learn is a coin toss once outputs are batch-normalised to a mean of 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import hadamard

TRIES = 1000


def hadamard_centres(classes: int, bits: int, seed: int) -> NDArray[np.int8]:
    """Centres of classes, int8 (classes, bits) of -1 and +1; which class has which is drawn.

    With 4 classes or more, and no more than a power of two of bits, every bit has both values.

    Example:
        >>> centres = hadamard_centres(8, 8, 0).astype(int)
        >>> (centres @ centres.T).tolist() == (8 * np.eye(8, dtype=int)).tolist()
        True
    """
    rng = np.random.default_rng(seed)
    if bits & (bits - 1) or classes > 2 * bits:
        return random_centres(classes, bits, seed)
    rows = hadamard(bits, dtype=np.int8)
    if classes <= bits:
        rows = _drawn_rows(rows, classes, rng)
    chosen = np.concatenate([rows, -rows])[:classes]
    return np.asarray(chosen[rng.permutation(classes)])


def _drawn_rows(rows: NDArray[np.int8], classes: int, rng: np.random.Generator) -> NDArray[np.int8]:
    """Some rows with signs, int8 (classes, bits), as few of their columns constant as can be.

    Any three rows are constant in a quarter of the columns whatever their signs. The product of
    rows i, j and k of Sylvester's matrix is row i ^ j ^ k; with it as the fourth, signed so that
    the product of all four is -1 in every column, no column is constant.
    """
    order = rng.permutation(len(rows))
    signs = rng.choice(np.array([-1, 1], dtype=np.int8), len(rows))
    if classes > 3:
        place = np.flatnonzero(order == order[0] ^ order[1] ^ order[2])[0]
        order[[3, place]] = order[[place, 3]]
        signs[3] = -signs[:3].prod()
    return np.asarray(rows[order] * signs[:, None])[:classes]


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
