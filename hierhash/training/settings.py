"""Settings of the alternating loop and the learning-rate schedules.

The official DCMH releases differ (jiangqy/DCMH-CVPR2017): the MATLAB one updates B, text, image
from zero buffers with a logspace learning rate and weight decay; the TensorFlow one updates image,
text, B from normal buffers with a linspace learning rate. Both are selectable.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

ORDERS = {"matlab": ("codes", "text", "image"), "tensorflow": ("image", "text", "codes")}


@dataclass(frozen=True)
class LoopSettings:
    """How the alternating loop runs.

    Args:
        epochs: Outer iterations (500 in the paper).
        batch_size: Items of a mini-batch (128 in the paper).
        order: ``matlab`` (B, text, image; buffers start at zero, so the first B is 0) or
            ``tensorflow`` (image, text, B; buffers start from a standard normal).
        optimiser: ``sgd`` (plain, as in the official code) or ``adamw``.
        schedule: ``logspace`` (MATLAB), ``linspace`` (TensorFlow) or ``cosine``.
        lr: Learning rate of the first epoch.
        lr_final: Learning rate of the last epoch.
        weight_decay: Times the learning rate, on all weights (5e-4 in the MATLAB release).
        sampling: ``permutation`` draws each batch from a fresh permutation, as all official
            versions do; ``epoch`` partitions one permutation.
        gamma: Weight of the quantisation term.
        eta: Weight of the bit-balance term.
        scale: a in Theta = (a/2) F'G; 1 is DCMH.
        head_weight: Weight of the classification head's loss beside the objective / (n batch).
        amp: bfloat16 autocast of the branches.
    """

    epochs: int = 20
    batch_size: int = 128
    order: str = "tensorflow"
    optimiser: str = "adamw"
    schedule: str = "cosine"
    lr: float = 1e-3
    lr_final: float = 0.0
    weight_decay: float = 1e-4
    sampling: str = "epoch"
    gamma: float = 1.0
    eta: float = 1.0
    scale: float = 1.0
    head_weight: float = 1.0
    amp: bool = False


def _logspace(progress: float, first: float, last: float) -> float:
    return first * (last / first) ** progress


def _linspace(progress: float, first: float, last: float) -> float:
    return first + (last - first) * progress


def _cosine(progress: float, first: float, last: float) -> float:
    return last + (first - last) * (1 + math.cos(math.pi * progress)) / 2


SCHEDULES: dict[str, Callable[[float, float, float], float]] = {
    "logspace": _logspace,
    "linspace": _linspace,
    "cosine": _cosine,
}


def learning_rate(settings: LoopSettings, epoch: int) -> float:
    """The learning rate of epoch 0..epochs-1.

    The official schedules reach ``lr_final`` in the last epoch; the cosine would reach it one epoch
    after, so that no epoch is spent at a rate of zero.

    Example:
        >>> official = LoopSettings(epochs=500, schedule="logspace", lr=10**-1.5, lr_final=1e-3)
        >>> [round(learning_rate(official, e), 5) for e in (0, 499)]
        [0.03162, 0.001]
    """
    steps = settings.epochs if settings.schedule == "cosine" else max(settings.epochs - 1, 1)
    return SCHEDULES[settings.schedule](epoch / steps, settings.lr, settings.lr_final)
