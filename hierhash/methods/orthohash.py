"""OrthoHash (Hoe et al., NeurIPS 2021): one margin softmax over fixed, nearly orthogonal codes.

The outputs go through batch normalisation without scale and shift, which balances every bit, and a
softmax over their cosines with a fixed binary centre for each leaf (``losses.margin_softmax``); no
pairs, no quantisation. ``contrast`` adds the supervised contrast with a buffer of all items.

The official code (kamwoh/orthohash) is for pictures; here both branches share the centres. Its
smoothing of several labels is replaced by a path drawn in each step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from annotated_types import Ge, Gt, Le, Lt
from pydantic import Strict
from torch import Tensor

from hierhash.codes.spread_centres import hadamard_centres
from hierhash.losses.margin_softmax import margin_softmax
from hierhash.methods.branch_codes import BranchCodes, BranchSettings
from hierhash.methods.buffer_contrast import BufferContrast, first_leaves
from hierhash.methods.method import Preset
from hierhash.training.batches import Batch, BatchLoss, together
from hierhash.training.items import Items
from hierhash.training.settings import NonNegative


@dataclass(frozen=True)
class OrthoHashSettings(BranchSettings):
    """Settings of OrthoHash.

    Args:
        scale: What cosines are multiplied by.
        margin: What the true leaf's cosine is lowered by.
        contrast: Weight of the contrast; 0 is OrthoHash alone.
        temperature: Of the contrast.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    scale: Annotated[float, Strict(), Gt(0), Le(1000)] = 8.0
    margin: Annotated[float, Strict(), Ge(0), Lt(2)] = 0.2
    contrast: NonNegative = 0.0
    temperature: Annotated[float, Strict(), Gt(0), Le(1000)] = 0.1


class CentreSoftmax(BatchLoss):
    """The margin softmax of all items of a batch, and the contrast where it has a weight."""

    centres: Tensor

    def __init__(
        self, settings: OrthoHashSettings, centres: Tensor, contrast: BufferContrast | None
    ) -> None:
        super().__init__()
        self.settings, self.contrast = settings, contrast
        self.register_buffer("centres", centres)

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``."""
        terms = {}
        if batches:
            outputs, classes = together(batches)
            scale, margin = self.settings.scale, self.settings.margin
            terms["softmax"] = margin_softmax(outputs, classes[:, -1], self.centres, scale, margin)
        if self.contrast is not None:
            own = self.contrast(batches)
            terms |= {name: self.settings.contrast * term for name, term in own.items()}
        return terms


class OrthoHash(BranchCodes):
    """See the module's words."""

    Settings: ClassVar[type] = OrthoHashSettings

    def loss(self, train: Items) -> CentreSoftmax:
        """See ``BranchCodes``."""
        own, settings = self.problem, self.settings
        centres = torch.from_numpy(hadamard_centres(own.sizes[-1], own.bits, own.seed)).float()
        contrast = None
        if settings.contrast:
            leaves, heat = first_leaves(train), settings.temperature
            contrast = BufferContrast(leaves, own.bits, heat, 16_384, own.seed)
        return CentreSoftmax(settings, centres, contrast)


PRESET = Preset(
    OrthoHash,
    OrthoHashSettings(),
    trials=(
        {"model.scale": 8.0},
        {"model.scale": 16.0},
        {"model.scale": 12.0, "model.margin": 0.1},
        {"model.training.lr": 0.004},
        {"model.training.epochs": 28},
        {"model.scale": 16.0, "model.training.epochs": 28},
        {"model.image.dropout": 0.3, "model.text.dropout": 0.3},
        {"model.scale": 16.0, "model.image.dropout": 0.3, "model.text.dropout": 0.3},
    ),
)
