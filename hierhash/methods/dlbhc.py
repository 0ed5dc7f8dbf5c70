"""DLBHC (Lin et al., CVPR Workshops 2015): a classifier on a latent layer of K sigmoids.

Bit b is 1 where sigmoid b is 1/2 or more; the loss is the cross-entropy of a linear classifier of
the sigmoids. Here codes are compared by Hamming distance, the coarse half of its search; the whole
search, which then orders what is near by features, is ``dlbhc_fine``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from hierhash.methods.branch_codes import BranchCodes, ImageSettings
from hierhash.methods.method import Preset, Problem
from hierhash.training.batches import Batch, BatchLoss
from hierhash.training.items import Items


class LatentClassifier(BatchLoss):
    """Cross-entropy of the leaves, read from the sigmoids of a batch."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        torch.manual_seed(problem.seed)
        self.leaves = nn.Linear(problem.bits, problem.sizes[-1])

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``."""
        terms = {}
        for name, batch in batches.items():
            known = batch.classes[:, -1] >= 0
            logits = self.leaves(torch.sigmoid(batch.outputs[known]))
            summed = functional.cross_entropy(logits, batch.classes[known, -1], reduction="sum")
            terms[f"{name}/classification"] = summed / known.sum().clamp(min=1)
        return terms


class DLBHC(BranchCodes):
    """See the module's words."""

    Settings: ClassVar[type] = ImageSettings
    needs: ClassVar[frozenset[str]] = frozenset({"image", "labels"})
    raw: ClassVar[bool] = True

    def loss(self, train: Items) -> LatentClassifier:
        """See ``BranchCodes``."""
        return LatentClassifier(self.problem)


PRESET = Preset(
    DLBHC,
    ImageSettings(),
    revision=2,
    trials=(
        {"model.training.lr": 0.001},
        {"model.training.lr": 0.002},
        {"model.training.lr": 0.004},
        {"model.training.lr": 0.01},
        {"model.training.epochs": 28},
        {"model.training.lr": 0.004, "model.training.epochs": 28},
        {"model.training.lr": 0.004, "model.image.dropout": 0.3},
        {"model.training.lr": 0.004, "model.training.epochs": 28, "model.image.dropout": 0.3},
    ),
)
