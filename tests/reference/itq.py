"""ITQ step by step (Gong & Lazebnik, CVPR 2011, section 2)."""

from __future__ import annotations

import numpy as np


def projections(features, bits):
    """Centred features on their first principal components, by the singular vectors."""
    centred = features - features.mean(axis=0)
    _, _, vectors = np.linalg.svd(centred, full_matrices=False)
    return centred @ vectors[:bits].T


def rotation(projected, start, iterations):
    """B = sign(VR), then R from the singular vectors of B'V, in turns."""
    turned = start
    for _ in range(iterations):
        signs = np.sign(projected @ turned)
        signs[signs == 0] = 1
        left, _, right = np.linalg.svd(signs.T @ projected)
        turned = right.T @ left.T
    return turned


def loss(projected, turned):
    """|B - V R|^2."""
    values = projected @ turned
    return float(((np.where(values >= 0, 1, -1) - values) ** 2).sum())
