"""NINH, or DNNH (Lai et al., CVPR 2015): triplets, and a slice of the features for each bit.

Divide and encode: the hidden features fall into K slices, and bit b reads slice b alone, so that
bits share little. A bit is the sigmoid of its output, moved to 0 or 1 where it is farther than
epsilon from 1/2; ``losses.triplets.hinge`` with margin 1 on squared distances over all triplets of
a batch. The default epsilon, .499, switches this threshold almost off, as a bit that is moved has
no slope. The paper trains all layers of a network from pixels; here the features are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import torch
from annotated_types import Ge, Lt
from pydantic import Strict
from torch import Tensor, nn

from hierhash.errors import ConfigError
from hierhash.losses.triplets import MOST_ITEMS, hinge, squared_distances
from hierhash.methods.branch_codes import BranchCodes, ImageSettings
from hierhash.methods.method import Preset
from hierhash.training.batches import Batch, BatchLoss
from hierhash.training.items import Items
from hierhash.training.settings import NonNegative


@dataclass(frozen=True)
class NINHSettings(ImageSettings):
    """Settings of NINH.

    Args:
        epsilon: How far from 1/2 a bit is left as it is.
        margin: By how much another class should be farther.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    epsilon: Annotated[float, Strict(), Ge(0), Lt(0.5)] = 0.5 - 1e-3
    margin: NonNegative = 1.0


class TripletHinge(BatchLoss):
    """The mean hinge over the triplets of a batch."""

    def __init__(self, settings: NINHSettings) -> None:
        super().__init__()
        self.settings = settings

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``."""
        return {
            f"{name}/triplets": hinge(
                squared_distances(piecewise(torch.sigmoid(batch.outputs), self.settings.epsilon)),
                batch.classes[:, -1],
                self.settings.margin,
            )
            for name, batch in batches.items()
        }


def piecewise(chances: Tensor, epsilon: float) -> Tensor:
    """0 below 1/2 - epsilon, 1 above 1/2 + epsilon, and as it is between.

    Example:
        >>> piecewise(torch.tensor([0.125, 0.5, 0.875]), 0.25).tolist()
        [0.0, 0.5, 1.0]
    """
    moved = torch.where(chances > 0.5 + epsilon, 1.0, chances)
    return torch.where(moved < 0.5 - epsilon, 0.0, moved)


class NINH(BranchCodes):
    """See the module's words."""

    Settings: ClassVar[type] = NINHSettings
    needs: ClassVar[frozenset[str]] = frozenset({"image", "labels"})
    most_batch: ClassVar[int] = MOST_ITEMS
    raw: ClassVar[bool] = True

    def check(self, train: Items) -> None:
        """See ``Method``."""
        hidden = self.settings.image.hidden
        if hidden < self.problem.bits:
            raise ConfigError(
                f"model.image.hidden: each of {self.problem.bits} bits reads a slice of its own of "
                f"the hidden features, and there are {hidden}; use {self.problem.bits} or more"
            )
        super().check(train)

    def _networks(self, train: Items) -> nn.ModuleDict:
        """Branches whose last layer reads a slice for each bit: elsewhere it is and stays zero."""
        branches = super()._networks(train)
        for branch in branches.values():
            layer = next(one for one in branch.modules() if isinstance(one, nn.Linear))
            own = np.arange(layer.in_features) * layer.out_features // layer.in_features
            mask = torch.from_numpy(own == np.arange(layer.out_features)[:, None]).float()
            layer.weight.data *= mask
            layer.weight.register_hook(  # type: ignore[no-untyped-call] # torch's own
                lambda slope, mask=mask: slope * mask.to(slope.device)
            )
        return branches

    def loss(self, train: Items) -> TripletHinge:
        """See ``BranchCodes``."""
        return TripletHinge(self.settings)


PRESET = Preset(
    NINH,
    NINHSettings(),
    revision=2,
    trials=(
        {"model.margin": 1.0},
        {"model.margin": 4.0},
        {"model.epsilon": 0.25},
        {"model.training.lr": 0.004},
        {"model.training.epochs": 28},
        {"model.margin": 4.0, "model.training.epochs": 28},
        {"model.image.dropout": 0.3},
        {"model.margin": 4.0, "model.image.dropout": 0.3},
    ),
)
