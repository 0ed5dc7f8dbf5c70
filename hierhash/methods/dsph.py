"""DSPH (Huo et al., TCSVT 2023), the form of HyP2 for two modalities: learnt proxies of classes.

Both modalities share one learnt proxy a class; ``losses.proxy`` has the terms. The official code
(QinLab-WFU/DSPH) trains the proxies by SGD of their own (rate .02) and reads zeta from a table of
the best codes known; here one optimiser trains all and zeta comes from Griesmer's bound. Its pair
terms are for items of several labels: with one leaf an item they are silent, so ``labels: levels``
takes every ancestor as a label, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from hierhash.losses.proxy import griesmer_distance, irrelevant_pairs, proxy_loss
from hierhash.methods.branch_codes import BranchCodes, BranchSettings
from hierhash.methods.method import Preset
from hierhash.training.batches import Batch, BatchLoss
from hierhash.training.items import Items
from hierhash.training.settings import NonNegative


@dataclass(frozen=True)
class DSPHSettings(BranchSettings):
    """Settings of DSPH.

    Args:
        labels: ``leaf``, or ``levels`` for all ancestors beside it.
        alpha: Weight of pairs of items that share no label.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    labels: Literal["leaf", "levels"] = "levels"
    alpha: NonNegative = 0.8


class ProxyLoss(BatchLoss):
    """Proxies of all classes, and the terms of a batch.

    Args:
        sizes: Number of classes of each level that counts.
        bits: K.
        alpha: As in the settings.
        seed: Of the proxies' start.
    """

    def __init__(self, sizes: list[int], bits: int, alpha: float, seed: int) -> None:
        super().__init__()
        self.sizes, self.alpha = sizes, alpha
        self.zeta = 1 - 2 * griesmer_distance(bits, sum(sizes)) / bits
        start = torch.empty(sum(sizes), bits)
        generator = torch.Generator().manual_seed(seed)
        self.proxies = nn.Parameter(
            nn.init.kaiming_normal_(start, mode="fan_out", generator=generator)
        )

    def labels(self, classes: Tensor) -> Tensor:
        """Bool (b, C): the classes of each item at the levels that count."""
        own = classes[:, -len(self.sizes) :]
        parts = [
            functional.one_hot(level.clamp(min=0), size).bool() & (level >= 0)[:, None]
            for level, size in zip(own.T, self.sizes, strict=True)
        ]
        return torch.cat(parts, dim=1)

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``: items and proxies by modality, pairs within and across."""
        sides = {name: (one.outputs, self.labels(one.classes)) for name, one in batches.items()}
        terms = {
            f"{name}/proxies": proxy_loss(*side, self.proxies, self.zeta)
            for name, side in sides.items()
        }
        for (name, one), (other, two) in combinations_with_replacement(sides.items(), 2):
            if self.alpha and len(self.sizes) > 1:
                pairs = irrelevant_pairs(*one, *two, self.zeta)
                terms[f"{name}-{other}/pairs"] = self.alpha * pairs
        return terms


class DSPH(BranchCodes):
    """See the module's words."""

    Settings: ClassVar[type] = DSPHSettings

    def loss(self, train: Items) -> ProxyLoss:
        """See ``BranchCodes``."""
        own, settings = self.problem, self.settings
        sizes = own.sizes if settings.labels == "levels" else own.sizes[-1:]
        return ProxyLoss(sizes, own.bits, settings.alpha, own.seed)


PRESET = Preset(
    DSPH,
    DSPHSettings(),
    trials=(
        {"model.labels": "leaf"},
        {"model.labels": "levels"},
        {"model.labels": "leaf", "model.training.lr": 0.004},
        {"model.labels": "levels", "model.training.lr": 0.004},
        {"model.labels": "leaf", "model.training.epochs": 28},
        {"model.labels": "levels", "model.training.epochs": 28},
        {"model.labels": "leaf", "model.image.dropout": 0.3, "model.text.dropout": 0.3},
        {"model.labels": "levels", "model.image.dropout": 0.3, "model.text.dropout": 0.3},
    ),
)
