"""SHDCH (Zhan et al., ACM MM 2020): binary codes of the classes of every level are learnt, too.

With F = tanh of a branch, Y_l the class codes of level l (``codes.class_code_descent``) and
B = sign(F + G):

    J = sum_l alpha_l ( ||K L_l - F Y_l'||^2 + ||K L_l - G Y_l'||^2 )
        + eta sum_l ||K A_l - Y_l Y_l+1'||^2 + gamma ( ||B - F||^2 + ||B - G||^2 )

The branches learn with Y and B fixed, which follow after each epoch; here J is divided by K^2 n. In
the first epoch B is 0, where the official code starts from random outputs.

The target of an item and another class is 0, not -K, and that of parent and child is K: where eta
decides, siblings get their parent's code and fall together. The official demo's test of
convergence compares an array with itself, so it stops after one sweep; here sweeps go on until no
bit changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from hierhash.codes.class_code_descent import descend
from hierhash.methods.branch_codes import BranchCodes, BranchSettings
from hierhash.methods.method import Preset
from hierhash.methods.output_buffer import OutputBuffer
from hierhash.methods.weight_scheme import WeightScheme, weights_of
from hierhash.training.batches import Batch, BatchLoss
from hierhash.training.items import Items
from hierhash.training.settings import NonNegative


@dataclass(frozen=True)
class SHDCHSettings(BranchSettings):
    """Settings of SHDCH.

    Args:
        level_weights: Scheme of alpha; the paper's .3, .7 for two levels.
        eta: Weight of the tree among class codes.
        gamma: Weight of the quantisation.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    level_weights: WeightScheme = field(
        default_factory=lambda: {"scheme": "leaf_heavy", "leaf": 0.7}
    )
    eta: NonNegative = 100.0
    gamma: NonNegative = 10.0


class ClassCodes(BatchLoss):
    """The objective of a batch, and the steps of Y and B after an epoch.

    Memory: the buffer, three times n x K.
    """

    alpha: Tensor

    def __init__(self, method: SHDCH, train: Items) -> None:
        super().__init__()
        own, self.settings = method.problem, method.settings
        scheme = method.settings.level_weights
        alpha = weights_of(own.tree, scheme, train.labels, "model.level_weights")
        self.register_buffer("alpha", torch.from_numpy(alpha).float())
        self.buffer = OutputBuffer(train.labels, own.bits, own.seed)
        rng = np.random.default_rng(own.seed)
        self.levels = len(own.sizes)
        for level, size in enumerate(own.sizes):
            start = rng.choice([-1.0, 1.0], (size, own.bits))
            self.register_buffer(f"codes_{level}", torch.from_numpy(start).float())
        self.below = [
            (np.arange(own.sizes[level])[:, None] == _parents(own.ancestors, level)).astype(float)
            for level in range(self.levels - 1)
        ]

    @property
    def class_codes(self) -> list[Tensor]:
        """Y_l of each level."""
        return [self.get_buffer(f"codes_{level}") for level in range(self.levels)]

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``."""
        terms = {}
        for name, batch in batches.items():
            live = torch.tanh(batch.outputs)
            self.buffer.write(name, batch.index, live)
            bits = live.shape[1]
            total = live.new_zeros(())
            for level, codes in enumerate(self.class_codes):
                true = batch.classes[:, level]
                target = torch.arange(len(codes), device=true.device) == true[:, None]
                apart = (bits * target - live @ codes.T).square().sum(dim=1)
                total = total + self.alpha[level] * (apart * (true >= 0)).mean()
            terms[f"{name}/classes"] = total / bits**2
            apart = (self.buffer.codes[batch.index] - live).square().sum(dim=1).mean()
            terms[f"{name}/quantisation"] = self.settings.gamma * apart / bits**2
        return terms

    def end_epoch(self) -> None:
        """The steps of B and of Y."""
        self.buffer.update_codes()
        outputs = [one.cpu().numpy().astype(np.float64) for one in self.buffer.values]
        classes = self.buffer.classes.cpu().numpy()
        sums, grams = [], []
        for level, codes in enumerate(self.class_codes):
            total = np.zeros(tuple(codes.shape))
            known = classes[:, level] >= 0
            np.add.at(total, classes[known, level], (outputs[0] + outputs[1])[known])
            sums.append(total)
            # As in a batch: items that are unknown at a level have no say about its codes.
            grams.append(np.asarray(sum(one[known].T @ one[known] for one in outputs)))
        now = [one.cpu().numpy().astype(np.float64) for one in self.class_codes]
        alpha = self.alpha.cpu().numpy().astype(np.float64)
        found = descend(now, grams, sums, self.below, alpha, self.settings.eta)
        for old, new in zip(self.class_codes, found, strict=True):
            old.copy_(torch.from_numpy(new))


def _parents(ancestors: np.ndarray[tuple[int, int], np.dtype[np.int64]], level: int) -> list[int]:
    """The class of ``level`` that each class of the next level lies under."""
    above, below = ancestors[level], ancestors[level + 1]
    return [int(above[np.flatnonzero(below == one)[0]]) for one in range(below.max() + 1)]


class SHDCH(BranchCodes):
    """See the module's words."""

    Settings: ClassVar[type] = SHDCHSettings

    def loss(self, train: Items) -> ClassCodes:
        """See ``BranchCodes``."""
        return ClassCodes(self, train)


PRESET = Preset(
    SHDCH,
    SHDCHSettings(),
    trials=(
        {"model.eta": 100.0, "model.gamma": 10.0},
        {"model.eta": 10.0, "model.gamma": 10.0},
        {"model.eta": 10.0, "model.level_weights": "uniform"},
        {"model.eta": 100.0, "model.gamma": 1.0},
        {"model.training.lr": 0.001},
        {"model.training.lr": 0.004},
        {"model.training.epochs": 28},
        {"model.image.dropout": 0.3, "model.text.dropout": 0.3},
    ),
)
