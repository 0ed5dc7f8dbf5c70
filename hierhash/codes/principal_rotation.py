"""Principal components, and the rotation of ITQ (Gong & Lazebnik, CVPR 2011, section 2.2)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

Floats = NDArray[np.float64]
BLOCK = 4096


def principal_components(features: NDArray[Any], mean: Floats, count: int) -> Floats:
    """The first ``count`` principal components, float64 (width, count), largest first."""
    width = features.shape[1]
    covariance = np.zeros((width, width))
    for start in range(0, len(features), BLOCK):
        apart = features[start : start + BLOCK] - mean
        covariance += apart.T @ apart
    _, vectors = eigh(covariance, subset_by_index=(width - count, width - 1))
    return np.ascontiguousarray(vectors[:, ::-1])


def nearest_rotation(projected: Floats, iterations: int, rng: np.random.Generator) -> Floats:
    """The K x K rotation R under which sign(V R) is nearest to V R, from a random one."""
    bits = projected.shape[1]
    rotation, _ = np.linalg.qr(rng.standard_normal((bits, bits)))
    for _ in range(iterations):
        signs = np.where(projected @ rotation >= 0, 1.0, -1.0)
        left, _, right = np.linalg.svd(projected.T @ signs)
        rotation = left @ right
    return np.asarray(rotation)
