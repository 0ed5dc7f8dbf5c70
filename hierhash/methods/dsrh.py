"""DSRH (Zhao et al., CVPR 2015): triplets of graded relevance, weighted by what NDCG loses.

``losses.triplets.ranking`` over the triplets of a batch, on d(i, j) = (K - <h_i, h_j>) / 2 with
h = tanh(u), plus alpha / 2 times the squared mean of h. Relevance is the number of levels that two
items share, where the paper counts common labels of several; its weight decay is the loop's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from hierhash.losses.segment_similarity import balance
from hierhash.losses.triplets import lca_levels, ranking
from hierhash.methods.branch_codes import BranchCodes, ImageSettings
from hierhash.methods.method import Preset
from hierhash.training.batches import Batch, BatchLoss
from hierhash.training.items import Items
from hierhash.training.settings import NonNegative


@dataclass(frozen=True)
class DSRHSettings(ImageSettings):
    """Settings of DSRH.

    Args:
        margin: By how many bits a less relevant item should be farther.
        alpha: Weight of the balance of bits.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    margin: NonNegative = 2.0
    alpha: NonNegative = 0.1


class RankingLoss(BatchLoss):
    """The weighted hinges of a batch, and the balance of bits."""

    def __init__(self, settings: DSRHSettings) -> None:
        super().__init__()
        self.settings = settings

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``."""
        terms = {}
        for name, batch in batches.items():
            relaxed = torch.tanh(batch.outputs)
            apart = (relaxed.shape[1] - relaxed @ relaxed.T) / 2
            relevance = lca_levels(batch.classes)
            terms[f"{name}/ranking"] = ranking(apart, relevance, self.settings.margin)
            terms[f"{name}/balance"] = self.settings.alpha / 2 * balance(relaxed)
        return terms


class DSRH(BranchCodes):
    """See the module's words."""

    Settings: ClassVar[type] = DSRHSettings
    needs: ClassVar[frozenset[str]] = frozenset({"image", "labels"})

    def loss(self, train: Items) -> RankingLoss:
        """See ``BranchCodes``."""
        return RankingLoss(self.settings)


PRESET = Preset(
    DSRH,
    DSRHSettings(),
    trials=(
        {"model.margin": 2.0},
        {"model.margin": 4.0},
        {"model.margin": 8.0},
        {"model.margin": 4.0, "model.alpha": 0.0},
        {"model.margin": 4.0, "model.training.lr": 0.004},
        {"model.margin": 4.0, "model.training.epochs": 28},
        {"model.margin": 2.0, "model.image.dropout": 0.3},
        {"model.margin": 4.0, "model.image.dropout": 0.3},
    ),
)
