"""CNNH (Xia et al., AAAI 2014): codes of the training items first, then a network that gives them.

Stage 1 is ``codes.similarity_codes``, S by the leaf; stage 2 learns the signs, by the mean squared
difference of tanh(u). ``classify`` adds the cross-entropy of a classifier of the outputs (CNNH+).
The port in swuxyj/DeepHash-pytorch forms L as a matrix of n x n.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import torch
from annotated_types import Ge, Le
from pydantic import Strict
from torch import Tensor, nn
from torch.nn import functional

from hierhash.codes.similarity_codes import similarity_codes
from hierhash.errors import ConfigError
from hierhash.methods.branch_codes import BranchCodes, ImageSettings
from hierhash.methods.method import Preset
from hierhash.training.batches import Batch, BatchLoss
from hierhash.training.items import Items
from hierhash.training.settings import NonNegative


@dataclass(frozen=True)
class CNNHSettings(ImageSettings):
    """Settings of CNNH.

    Args:
        sweeps: Passes of the first stage over all numbers.
        classify: Weight of the classifier; 0 is CNNH.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    sweeps: Annotated[int, Strict(), Ge(1), Le(1000)] = 5
    classify: NonNegative = 0.0


class CodeRegression(BatchLoss):
    """Outputs against the codes of the first stage."""

    codes: Tensor

    def __init__(self, codes: Tensor, leaves: int, classify: float, seed: int) -> None:
        super().__init__()
        self.classify = classify
        self.register_buffer("codes", codes)
        torch.manual_seed(seed)
        self.leaves = nn.Linear(codes.shape[1], leaves) if classify else None

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``."""
        terms = {}
        for name, batch in batches.items():
            known = batch.classes[:, -1] >= 0
            live, leaves = torch.tanh(batch.outputs[known]), batch.classes[known, -1]
            apart = (live - self.codes[batch.index[known]]).square().sum()
            terms[f"{name}/codes"] = apart / max(live.numel(), 1)
            if self.leaves is not None:
                summed = functional.cross_entropy(self.leaves(live), leaves, reduction="sum")
                terms[f"{name}/classes"] = self.classify * summed / known.sum().clamp(min=1)
        return terms


class CNNH(BranchCodes):
    """See the module's words; an item of several paths counts with its first leaf."""

    Settings: ClassVar[type] = CNNHSettings
    needs: ClassVar[frozenset[str]] = frozenset({"image", "labels"})

    def check(self, train: Items) -> None:
        """See ``Method``; without the first stage, which takes its time."""
        if not train.labels.leaf_known.any():
            raise ConfigError("data: no training item has a known leaf to learn from")
        self._networks(train)

    def loss(self, train: Items) -> CodeRegression:
        """See ``BranchCodes``: the first stage."""
        own, labels = self.problem, train.labels
        known = np.flatnonzero(labels.leaf_known)
        leaves = labels.codes[labels.offsets[known], -1].astype(np.int64)
        rng = np.random.default_rng(own.seed)
        codes = np.zeros((labels.n, own.bits), dtype=np.float32)
        codes[known] = np.where(
            similarity_codes(leaves, own.bits, self.settings.sweeps, rng) >= 0, 1.0, -1.0
        )
        return CodeRegression(
            torch.from_numpy(codes), own.sizes[-1], self.settings.classify, own.seed
        )


PRESET = Preset(
    CNNH,
    CNNHSettings(),
    trials=(
        {"model.classify": 0.0},
        {"model.classify": 1.0},
        {"model.training.lr": 0.004},
        {"model.classify": 1.0, "model.training.lr": 0.004},
        {"model.training.epochs": 28},
        {"model.classify": 1.0, "model.training.epochs": 28},
        {"model.image.dropout": 0.3},
        {"model.classify": 1.0, "model.image.dropout": 0.3},
    ),
)
