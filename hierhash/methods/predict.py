"""Class probabilities from outputs, calibrated by one temperature on items kept for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from hierhash.branches.heads import Head
from hierhash.labels.items import ItemLabels

TEMPERATURES = np.geomspace(0.25, 4.0, 33)


@torch.inference_mode()
def level_probabilities(
    head: Head, outputs: NDArray[np.float32], temperature: float
) -> list[NDArray[np.float32]]:
    """Probabilities at a temperature, which divides the logits: which class is likeliest stays."""
    head.eval()
    device = next(head.parameters()).device
    logs = head.log_probabilities(torch.from_numpy(outputs).to(device), temperature)
    return [level.exp().cpu().numpy() for level in logs]


def best_temperature(
    leaf_chances: Callable[[NDArray[np.float32], float], NDArray[np.float32]],
    outputs: NDArray[np.float32],
    labels: ItemLabels,
) -> float:
    """The temperature of ``TEMPERATURES`` under which the true leaves are likeliest.

    Args:
        leaf_chances: Gives the leaf probabilities (n, leaves) of outputs at a temperature.
        outputs: (n, K), outputs of items kept for calibration.
        labels: Their labels; with no known leaf, or several paths, the temperature is 1.
    """
    if not labels.single_path:
        return 1.0
    leaf = labels.single_codes[:, -1].astype(np.int64)
    known = np.flatnonzero(leaf >= 0)
    if not len(known):
        return 1.0
    losses = []
    for temperature in TEMPERATURES:
        chances = leaf_chances(outputs[known], float(temperature))
        losses.append(-np.log(chances[np.arange(len(known)), leaf[known]] + 1e-12).mean())
    return float(TEMPERATURES[int(np.argmin(losses))])


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
