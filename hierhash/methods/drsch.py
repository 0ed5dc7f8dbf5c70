"""DRSCH (Zhang et al., TIP 2015): bits with learnt weights, by triplets and a pull.

D_w(i, j) = sum_b w_b^2 (h_b - h'_b)^2, h = tanh(u) here; the mean of max(0, D_w(i, j) - D_w(i, k)
+ margin) over triplets of a batch, plus lambda times the mean of D_w over pairs of one leaf. Each
item is among these with itself, at a distance of 0: with m items of a leaf in a batch that makes
the mean about (m - 1) / m of that without, which amounts to a smaller lambda. Codes are
compared with the weights w^2, rounded to FINEST steps; a bit whose weight rounds to 0 could be left
out, which is what the paper calls bit-scalable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hierhash.codes.weighted_hamming import WeightedHamming
from hierhash.losses.triplets import MOST_ITEMS, hinge, squared_distances
from hierhash.methods.branch_codes import BranchCodes, ImageSettings
from hierhash.methods.method import Preset, Problem
from hierhash.training.batches import Batch, BatchLoss
from hierhash.training.fit import Watch
from hierhash.training.items import Items
from hierhash.training.settings import NonNegative

FINEST = 15


@dataclass(frozen=True)
class DRSCHSettings(ImageSettings):
    """Settings of DRSCH.

    Args:
        margin: By how much another leaf should be farther.
        pull: lambda, weight of the pairs of one leaf.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    margin: NonNegative = 4.0
    pull: NonNegative = 0.1


class WeightedTriplets(BatchLoss):
    """The loss of a batch; w is learnt with the branch."""

    def __init__(self, settings: DRSCHSettings, bits: int) -> None:
        super().__init__()
        self.settings = settings
        self.bit_weights = nn.Parameter(torch.ones(bits))

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``."""
        terms = {}
        for name, batch in batches.items():
            leaves = batch.classes[:, -1]
            apart = squared_distances(torch.tanh(batch.outputs) * self.bit_weights)
            near = (leaves[:, None] == leaves) & (leaves >= 0)
            pairs = torch.where(near, apart, 0.0).sum() / near.sum().clamp(min=1)
            terms[f"{name}/triplets"] = hinge(apart, leaves, self.settings.margin)
            terms[f"{name}/pairs"] = self.settings.pull * pairs
        return terms


class DRSCH(BranchCodes):
    """See the module's words."""

    Settings: ClassVar[type] = DRSCHSettings
    needs: ClassVar[frozenset[str]] = frozenset({"image", "labels"})
    most_batch: ClassVar[int] = MOST_ITEMS

    def __init__(self, settings: DRSCHSettings, problem: Problem, device: str = "cpu") -> None:
        super().__init__(settings, problem, device)
        self._loss = WeightedTriplets(settings, problem.bits)

    def loss(self, train: Items) -> WeightedTriplets:
        """See ``BranchCodes``: kept, for its weights are those of the distance."""
        self._loss = WeightedTriplets(self.settings, self.problem.bits)
        return self._loss

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``."""
        super().fit(train, watch)
        self._loss.cpu()

    def distance(self) -> Any:
        """See ``Method``."""
        squares = self._loss.bit_weights.detach().square().cpu().numpy()
        steps = np.rint(squares / squares.max() * FINEST).astype(int)
        return WeightedHamming((1,) * self.problem.bits, tuple(steps.tolist()))

    def state(self) -> dict[str, NDArray[Any]]:
        """See ``Method``."""
        return super().state() | {"bit_weights": self._loss.bit_weights.detach().cpu().numpy()}

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        weights = dict(state)
        own = torch.from_numpy(weights.pop("bit_weights"))
        if own.shape != self._loss.bit_weights.shape or not own.any():
            raise ValueError("bit weights are of another shape, or all zero")
        self._loss.bit_weights.data = own
        super().load(weights, meta)


PRESET = Preset(
    DRSCH,
    DRSCHSettings(),
    trials=(
        {"model.margin": 4.0},
        {"model.margin": 16.0},
        {"model.margin": 64.0},
        {"model.margin": 16.0, "model.pull": 0.01},
        {"model.margin": 16.0, "model.training.lr": 0.004},
        {"model.margin": 16.0, "model.training.epochs": 28},
        {"model.margin": 16.0, "model.image.dropout": 0.3},
        {"model.margin": 64.0, "model.image.dropout": 0.3},
    ),
)
