"""SHDH (Wang et al., AAAI 2018): pictures alone, a part of the code for each level of the tree.

``losses.segment_similarity`` over the pairs of a batch, h = tanh(u); codes are compared by
sum_k u_k D_H of the parts, the top level counting most. No public code was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from hierhash.labels.weights import linear
from hierhash.losses.segment_similarity import balance, segment_similarity
from hierhash.methods.branch_codes import ImageSettings
from hierhash.methods.level_codes import LevelCodes, level_slices
from hierhash.methods.method import Preset
from hierhash.training.batches import Batch, BatchLoss
from hierhash.training.items import Items
from hierhash.training.settings import NonNegative


@dataclass(frozen=True)
class SHDHSettings(ImageSettings):
    """Settings of SHDH.

    Args:
        alpha: Weight of the balance of bits.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    alpha: NonNegative = 0.1


class LevelSimilarityLoss(BatchLoss):
    """The loss over the pairs of the pictures of a batch."""

    weights: Tensor

    def __init__(self, parts: tuple[int, ...], weights: tuple[float, ...], alpha: float) -> None:
        super().__init__()
        self.parts, self.alpha = parts, alpha
        self.register_buffer("weights", torch.tensor(weights))

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``."""
        terms = {}
        for name, batch in batches.items():
            relaxed = torch.tanh(batch.outputs)
            own = level_slices(relaxed, self.parts), batch.classes
            terms[f"{name}/similarity"] = segment_similarity(*own, *own, self.weights)
            terms[f"{name}/balance"] = self.alpha * balance(relaxed)
        return terms


class SHDH(LevelCodes):
    """See the module's words."""

    Settings: ClassVar[type] = SHDHSettings
    needs: ClassVar[frozenset[str]] = frozenset({"image", "labels"})

    @property
    def level_weights(self) -> tuple[float, ...]:
        """U of the paper."""
        return tuple(linear(self.problem.tree.depth).tolist())

    def loss(self, train: Items) -> LevelSimilarityLoss:
        """See ``BranchCodes``."""
        return LevelSimilarityLoss(self.parts, self.level_weights, self.settings.alpha)


TRIALS: tuple[dict[str, Any], ...] = (
    {"model.alpha": 0.1},
    {"model.alpha": 0.0},
    {"model.alpha": 1.0},
    {"model.training.lr": 0.004},
    {"model.training.epochs": 28},
    {"model.alpha": 0.0, "model.training.epochs": 28},
    {"model.training.batch_size": 512, "model.training.lr": 0.004},
    {"model.image.dropout": 0.3},
)
PRESET = Preset(SHDH, SHDHSettings(), trials=TRIALS)
