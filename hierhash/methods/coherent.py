"""Probabilities of all levels from one distribution over the leaves, without torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def coherent_probabilities(
    probabilities: Sequence[NDArray[np.float32]], ancestors: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    """Probabilities of every level that come from one distribution over the leaves.

    The softmaxes of separate levels may contradict each other. They are pooled: a leaf's chance is
    proportional to the geometric mean of its ancestors' probabilities, and a node's is the sum over
    its leaves, so no class is surer than its parent. Levels that agree already, as those of a path
    head do, are left as they are.

    Args:
        probabilities: For each level, (n, C_l).
        ancestors: int64 (L, leaves), the class of each leaf at each level.

    Returns:
        For each level, float64 (n, C_l).

    Example:
        >>> top, leaf = np.array([[0.6, 0.4]]), np.array([[0.2, 0.2, 0.6]])
        >>> levels = coherent_probabilities([top, leaf], np.array([[0, 0, 1], [0, 1, 2]]))
        >>> [level.round(2).tolist() for level in levels]
        [[[0.59, 0.41]], [[0.29, 0.29, 0.41]]]
    """
    leaves = np.asarray(probabilities[-1], dtype=np.float64)
    sizes = [level.shape[1] for level in probabilities]
    summed = _level_sums(leaves, ancestors, sizes)
    if all(np.allclose(a, b, atol=1e-4) for a, b in zip(summed, probabilities, strict=True)):
        return summed
    smallest = np.finfo(np.float32).tiny
    scores = np.zeros((len(leaves), ancestors.shape[1]))
    for level, classes in zip(probabilities, ancestors, strict=True):
        scores += np.log(np.maximum(level, smallest))[:, classes] / len(ancestors)
    pooled = np.exp(scores - scores.max(axis=1, keepdims=True))
    return _level_sums(pooled / pooled.sum(axis=1, keepdims=True), ancestors, sizes)


def _level_sums(
    leaves: NDArray[np.float64], ancestors: NDArray[np.int64], sizes: Sequence[int]
) -> list[NDArray[np.float64]]:
    return [
        leaves @ (classes[:, None] == np.arange(size)).astype(np.float64)
        for classes, size in zip(ancestors, sizes, strict=True)
    ]
