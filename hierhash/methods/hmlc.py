"""HMLC, or HiMulConE (Zhang et al., CVPR 2022): supervised contrast of every level, constrained.

``losses.level_contrast`` on the cosines of a batch, picture and text of an item being its two
views, where the paper has two crops of a picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from annotated_types import Gt, Le
from pydantic import Strict
from torch import Tensor

from hierhash.losses.level_contrast import level_contrast
from hierhash.methods.branch_codes import BranchCodes, BranchSettings
from hierhash.methods.method import Preset
from hierhash.training.batches import Batch, BatchLoss, together
from hierhash.training.items import Items


@dataclass(frozen=True)
class HMLCSettings(BranchSettings):
    """Settings of HMLC.

    Args:
        temperature: What cosines are divided by.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    temperature: Annotated[float, Strict(), Gt(0), Le(1000)] = 0.07


class LevelContrast(BatchLoss):
    """The loss of a batch."""

    def __init__(self, temperature: float) -> None:
        super().__init__()
        self.temperature = temperature

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``."""
        if not batches:
            return {}
        outputs, classes = together(batches)
        items = torch.cat([batch.index for batch in batches.values()])
        return {"contrast": level_contrast(outputs, classes, items, self.temperature)}


class HMLC(BranchCodes):
    """See the module's words."""

    Settings: ClassVar[type] = HMLCSettings

    def loss(self, train: Items) -> LevelContrast:
        """See ``BranchCodes``."""
        return LevelContrast(self.settings.temperature)


PRESET = Preset(
    HMLC,
    HMLCSettings(),
    trials=(
        {"model.temperature": 0.07},
        {"model.temperature": 0.2},
        {"model.temperature": 0.4},
        {"model.temperature": 0.2, "model.training.batch_size": 512},
        {"model.temperature": 0.2, "model.training.lr": 0.004},
        {"model.temperature": 0.2, "model.training.epochs": 28},
        {"model.temperature": 0.07, "model.training.epochs": 28},
        {"model.temperature": 0.2, "model.image.dropout": 0.3, "model.text.dropout": 0.3},
    ),
)
