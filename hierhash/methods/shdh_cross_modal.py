"""SHDH for two modalities: its loss over pairs of pictures, of texts, and of both.

The same parts, target and distance as ``shdh``, whose paper knows pictures alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import ClassVar

import torch
from torch import Tensor

from hierhash.labels.weights import linear
from hierhash.losses.segment_similarity import balance, segment_similarity
from hierhash.methods.branch_codes import BranchSettings
from hierhash.methods.level_codes import LevelCodes, level_slices
from hierhash.methods.method import Preset
from hierhash.training.batches import Batch, BatchLoss
from hierhash.training.items import Items
from hierhash.training.settings import NonNegative


@dataclass(frozen=True)
class CrossModalSettings(BranchSettings):
    """Settings of the cross-modal form.

    Args:
        alpha: Weight of the balance of bits.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    alpha: NonNegative = 0.1


class CrossModalLoss(BatchLoss):
    """The loss over all pairs of modalities of a batch."""

    weights: Tensor

    def __init__(self, parts: tuple[int, ...], weights: tuple[float, ...], alpha: float) -> None:
        super().__init__()
        self.parts, self.alpha = parts, alpha
        self.register_buffer("weights", torch.tensor(weights))

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``."""
        relaxed = {name: torch.tanh(batch.outputs) for name, batch in batches.items()}
        terms = {f"{name}/balance": self.alpha * balance(own) for name, own in relaxed.items()}
        for one, two in combinations_with_replacement(batches, 2):
            first, second = (level_slices(relaxed[name], self.parts) for name in (one, two))
            terms[f"{one}-{two}/similarity"] = segment_similarity(
                first, batches[one].classes, second, batches[two].classes, self.weights
            )
        return terms


class CrossModalSHDH(LevelCodes):
    """See the module's words."""

    Settings: ClassVar[type] = CrossModalSettings

    @property
    def level_weights(self) -> tuple[float, ...]:
        """U of the paper."""
        return tuple(linear(self.problem.tree.depth).tolist())

    def loss(self, train: Items) -> CrossModalLoss:
        """See ``BranchCodes``."""
        return CrossModalLoss(self.parts, self.level_weights, self.settings.alpha)


PRESET = Preset(
    CrossModalSHDH,
    CrossModalSettings(),
    trials=(
        {"model.alpha": 0.1},
        {"model.alpha": 0.0},
        {"model.alpha": 1.0},
        {"model.training.lr": 0.004},
        {"model.training.epochs": 28},
        {"model.alpha": 0.0, "model.training.epochs": 28},
        {"model.training.batch_size": 512, "model.training.lr": 0.004},
        {"model.image.dropout": 0.3, "model.text.dropout": 0.3},
    ),
)
