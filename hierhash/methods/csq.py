"""CSQ (Yuan et al., CVPR 2020): each bit is learnt from that of the leaf's Hadamard centre.

L_C + lambda L_Q of ``losses.central_similarity``. The paper is for pictures; here both branches
share the centres. The port in swuxyj/DeepHash-pytorch takes the first rows of [H; -H] in their
order and cuts the classes where there are more than 2 K; here random codes take over, as in the
paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from hierhash.codes.spread_centres import hadamard_centres
from hierhash.losses.central_similarity import central_similarity
from hierhash.methods.branch_codes import BranchCodes, BranchSettings
from hierhash.methods.method import Preset
from hierhash.training.batches import Batch, BatchLoss, together
from hierhash.training.items import Items
from hierhash.training.settings import NonNegative


@dataclass(frozen=True)
class CSQSettings(BranchSettings):
    """Settings of CSQ.

    Args:
        quantisation: lambda, the weight of L_Q.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    quantisation: NonNegative = 1e-4


class CentralLoss(BatchLoss):
    """L_C and L_Q of all items of a batch."""

    centres: Tensor

    def __init__(self, centres: Tensor, quantisation: float) -> None:
        super().__init__()
        self.quantisation = quantisation
        self.register_buffer("centres", centres)

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``."""
        if not batches:
            return {}
        outputs, classes = together(batches)
        central, quantised = central_similarity(outputs, classes[:, -1], self.centres)
        return {"central": central, "quantisation": self.quantisation * quantised}


class CSQ(BranchCodes):
    """See the module's words."""

    Settings: ClassVar[type] = CSQSettings

    def loss(self, train: Items) -> CentralLoss:
        """See ``BranchCodes``."""
        own = self.problem
        centres = hadamard_centres(own.sizes[-1], own.bits, own.seed)
        return CentralLoss(torch.from_numpy(centres).float(), self.settings.quantisation)


PRESET = Preset(
    CSQ,
    CSQSettings(),
    trials=(
        {"model.training.lr": 0.001},
        {"model.training.lr": 0.002},
        {"model.training.lr": 0.004},
        {"model.quantisation": 0.1},
        {"model.training.epochs": 28},
        {"model.training.lr": 0.001, "model.training.epochs": 28},
        {"model.image.dropout": 0.3, "model.text.dropout": 0.3},
        {"model.quantisation": 0.1, "model.image.dropout": 0.3, "model.text.dropout": 0.3},
    ),
)
