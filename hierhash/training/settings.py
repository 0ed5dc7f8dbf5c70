"""Settings of the alternating loop and the learning-rate schedules.

The official DCMH releases differ (jiangqy/DCMH-CVPR2017): the MATLAB one updates B, text, image
from zero buffers with a logspace learning rate and weight decay; the TensorFlow one updates image,
text, B from normal buffers with a linspace learning rate. Both are selectable.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le
from pydantic import Strict

# The upper ends are far above anything of use; they keep infinity and slips of the pen out.
# Strict: neither true nor "5" is a number.
NonNegative = Annotated[float, Strict(), Ge(0), Le(1e12)]
Positive = Annotated[float, Strict(), Gt(0), Le(1e12)]
Count = Annotated[int, Strict(), Ge(1), Le(10**6)]
HIGHEST_RATE = 1000

ORDERS = {"matlab": ("codes", "text", "image"), "tensorflow": ("image", "text", "codes")}


@dataclass(frozen=True)
class Objective:
    """Weights of the terms of the objective.

    Args:
        gamma: Quantisation.
        eta: Bit balance.
        scale: a in Theta = (a/2) F'G; 1 is DCMH.
        head_weight: The classification head's loss, beside the DCMH objective / (n batch).
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    gamma: NonNegative = 1.0
    eta: NonNegative = 1.0
    scale: Positive = 1.0
    head_weight: NonNegative = 1.0


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
        lr_final: Learning rate of the last epoch; ``logspace`` needs one above 0.
        weight_decay: Times the learning rate, on all weights (5e-4 in the MATLAB release).
        sampling: ``permutation`` draws each batch from a fresh permutation, as all official
            versions do; ``epoch`` partitions one permutation.
        partners: Most items of the other modality that a batch is paired with, drawn anew for each
            phase of an epoch; their terms count for all, so that an epoch takes O(n) and not
            O(n^2). None pairs with all, as DCMH does.
        amp: bfloat16 autocast of the branches.
        precision: Of float32 matrix products: ``high`` is float32; ``medium`` lets the hardware
            round the factors to bfloat16.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    epochs: Count = 20
    batch_size: Annotated[int, Strict(), Ge(2), Le(10**6)] = 128
    order: Literal["matlab", "tensorflow"] = "tensorflow"
    optimiser: Literal["sgd", "adamw"] = "adamw"
    schedule: Literal["logspace", "linspace", "cosine"] = "cosine"
    lr: Annotated[float, Strict(), Gt(0), Le(HIGHEST_RATE)] = 1e-3
    lr_final: Annotated[float, Strict(), Ge(0), Le(HIGHEST_RATE)] = 0.0
    weight_decay: NonNegative = 1e-4
    sampling: Literal["permutation", "epoch"] = "epoch"
    partners: Annotated[int, Strict(), Ge(1), Le(10**7)] | None = None
    amp: bool = False
    precision: Literal["high", "medium"] = "high"

    def __post_init__(self) -> None:
        """Refuses a schedule whose rate would be 0 after the first epoch."""
        if self.schedule == "logspace" and self.lr_final == 0:
            raise ValueError("schedule logspace needs lr_final above 0; give one, or take linspace")


def _logspace(progress: float, first: float, last: float) -> float:
    return first * math.pow(last / first, progress)


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
