"""HPDH (Zhang et al., arXiv:1901.11259): class-wise Gaussians around centres of every level.

Per level the softmax of ``losses.class_gaussians`` with precisions 1 at the leaves and less above,
plus 10 and 0.1 times the two terms that keep outputs in the cube and at its corners. After each
epoch a leaf's centre is the mean of its items' outputs, a parent's that of its children with items.

The paper is for pictures; here the centres are means over both modalities, of the outputs seen in
the steps of the epoch, where the official code (mzhang367/hpdh) passes all items through the
network after it. There a class without items has a centre that is not a number; here it keeps its
own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from hierhash.losses.class_gaussians import class_gaussians, cube
from hierhash.losses.class_sums import class_sums
from hierhash.methods.branch_codes import BranchCodes, BranchSettings
from hierhash.methods.method import Preset, Problem
from hierhash.training.batches import Batch, BatchLoss, together
from hierhash.training.items import Items
from hierhash.training.settings import NonNegative

PRECISIONS = {2: (1.0, 0.5), 4: (1.0, 0.67, 0.5, 0.25)}
"""Of the levels from the leaf up, as published for trees of two and of four levels."""


@dataclass(frozen=True)
class HPDHSettings(BranchSettings):
    """Settings of HPDH.

    Args:
        outside: Weight of what lies outside the cube.
        corners: Weight of the distance from its corners.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    outside: NonNegative = 10.0
    corners: NonNegative = 0.1


class LevelGaussians(BatchLoss):
    """The loss of a batch, and the centres after an epoch."""

    centres: Tensor
    sums: Tensor
    counts: Tensor
    seen: Tensor
    ancestors: Tensor

    def __init__(self, settings: HPDHSettings, problem: Problem) -> None:
        super().__init__()
        self.settings, self.sizes = settings, problem.sizes
        depth = len(problem.sizes)
        upwards = PRECISIONS.get(depth, tuple(0.67**height for height in range(depth)))
        self.precisions = upwards[::-1]
        generator = torch.Generator().manual_seed(problem.seed)
        shape = sum(problem.sizes), problem.bits
        self.register_buffer("centres", torch.randn(shape, generator=generator))
        self.register_buffer("sums", torch.zeros(problem.sizes[-1], problem.bits))
        self.register_buffer("seen", torch.zeros(problem.sizes[-1], dtype=torch.bool))
        self.register_buffer("counts", torch.zeros(problem.sizes[-1]))
        self.register_buffer("ancestors", torch.from_numpy(problem.ancestors))

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``."""
        if not batches:
            return {}
        outputs, classes = together(batches)
        leaves = classes[:, -1]
        known = leaves >= 0
        # The sums so far come first, as a row of each leaf.
        rows = torch.cat([self.sums, outputs.detach()])
        places = torch.arange(len(self.sums), device=leaves.device)
        self.sums.copy_(class_sums(rows, torch.cat([places, leaves]), len(self.sums)))
        self.counts.index_add_(0, leaves[known], torch.ones_like(outputs[known, 0]).detach())
        levels = zip(classes.T, torch.split(self.centres, self.sizes), self.precisions, strict=True)
        terms = {
            f"level_{number}": class_gaussians(outputs, own, centres, precision)
            for number, (own, centres, precision) in enumerate(levels, start=1)
        }
        outside, corners = cube(outputs)
        own = self.settings
        return terms | {"outside": own.outside * outside, "corners": own.corners * corners}

    def end_epoch(self) -> None:
        """Centres of the leaves that have items, then those of their ancestors."""
        *above, leaves = torch.split(self.centres, self.sizes)
        some = self.counts > 0
        leaves[some] = self.sums[some] / self.counts[some, None]
        self.seen |= some
        below, known = leaves, self.seen.float()[:, None]
        place = torch.arange(len(leaves), device=leaves.device)
        for level in range(len(above) - 1, -1, -1):
            # The children of a class, each once: the first leaf below each.
            parents = torch.zeros(len(below), dtype=torch.int64, device=leaves.device)
            parents[place] = self.ancestors[level]
            count = torch.zeros_like(above[level][:, :1]).index_add_(0, parents, known)
            total = class_sums(known * below, parents, len(above[level]))
            above[level].copy_(torch.where(count > 0, total / count.clamp(min=1), above[level]))
            below, known, place = above[level], (count > 0).float(), self.ancestors[level]
        self.sums.zero_()
        self.counts.zero_()


class HPDH(BranchCodes):
    """See the module's words."""

    Settings: ClassVar[type] = HPDHSettings

    def loss(self, train: Items) -> LevelGaussians:
        """See ``BranchCodes``."""
        return LevelGaussians(self.settings, self.problem)


PRESET = Preset(
    HPDH,
    HPDHSettings(),
    trials=(
        {"model.corners": 0.1},
        {"model.corners": 1.0},
        {"model.outside": 1.0},
        {"model.training.lr": 0.001},
        {"model.training.lr": 0.004},
        {"model.training.epochs": 28},
        {"model.corners": 1.0, "model.training.epochs": 28},
        {"model.image.dropout": 0.3, "model.text.dropout": 0.3},
    ),
)
