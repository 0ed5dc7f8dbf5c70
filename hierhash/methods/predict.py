"""Class probabilities from outputs, calibrated by one temperature a level on validation items."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from hierhash.branches.heads import Head
from hierhash.labels.items import ItemLabels

TEMPERATURES = np.geomspace(0.25, 4.0, 33)


def path_probabilities(
    head: Head,
    outputs: NDArray[np.float32],
    calibration_outputs: NDArray[np.float32],
    calibration_labels: ItemLabels,
) -> tuple[list[NDArray[np.float32]], float]:
    """Probabilities of every level's classes, and the temperature chosen.

    One temperature for all levels keeps the levels of a path head consistent; it is the one of
    ``TEMPERATURES`` with the least negative log likelihood of the validation items' leaves.

    Args:
        head: The trained head.
        outputs: (n, K), real outputs of the items asked for.
        calibration_outputs: (m, K), outputs of validation items in the same modality.
        calibration_labels: Their labels; with no known leaf the temperature is 1.

    Returns:
        A list of float32 (n, C_l), and the temperature.
    """
    temperature = best_temperature(head, calibration_outputs, calibration_labels)
    return level_probabilities(head, outputs, temperature), temperature


@torch.inference_mode()
def level_probabilities(
    head: Head, outputs: NDArray[np.float32], temperature: float
) -> list[NDArray[np.float32]]:
    """Probabilities at a temperature: outputs are divided by it before the classifier."""
    head.eval()
    device = next(head.parameters()).device
    logs = head.log_probabilities(torch.from_numpy(outputs / np.float32(temperature)).to(device))
    return [level.exp().cpu().numpy() for level in logs]


def best_temperature(head: Head, outputs: NDArray[np.float32], labels: ItemLabels) -> float:
    """The temperature under which the true leaves are likeliest."""
    if not labels.single_path:
        return 1.0
    leaf = labels.single_codes[:, -1].astype(np.int64)
    known = np.flatnonzero(leaf >= 0)
    if not len(known):
        return 1.0
    losses = []
    for temperature in TEMPERATURES:
        chances = level_probabilities(head, outputs[known], float(temperature))[-1]
        losses.append(-np.log(chances[np.arange(len(known)), leaf[known]] + 1e-12).mean())
    return float(TEMPERATURES[int(np.argmin(losses))])
