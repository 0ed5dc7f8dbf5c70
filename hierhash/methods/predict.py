"""Class probabilities from outputs, calibrated by one temperature on items kept for it."""

from __future__ import annotations

from collections.abc import Callable

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
