"""Semantic Hashing (Salakhutdinov & Hinton, IJAR 2009): texts alone, no labels: an autoencoder.

A branch gives K code logits u; noise of deviation 4, the same for an item in every epoch, is added,
so that only logits far from 0 get through their sigmoids unharmed; a softmax over the words reads
the sigmoids, and the loss is - sum_w v_w log p_w, v the weights of the item's words, summing to 1.
Bit b is 1 where its logit is 0 or more; the paper's threshold is .1 of the sigmoid. This small form
has one hidden layer, and no restricted Boltzmann machines before it as the paper has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from hierhash.branches.mlp import MLPSettings
from hierhash.methods.branch_codes import BranchCodes
from hierhash.methods.method import Preset
from hierhash.methods.one_modality import check_counts
from hierhash.training.batches import Batch, BatchLoss, BatchSettings
from hierhash.training.items import Items
from hierhash.training.settings import NonNegative


@dataclass(frozen=True)
class SemanticSettings:
    """Settings of Semantic Hashing.

    Args:
        noise: Deviation of the noise.
        text: Shape of the branch.
        training: The loop.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    noise: NonNegative = 4.0
    text: MLPSettings = field(default_factory=MLPSettings)
    training: BatchSettings = field(default_factory=BatchSettings)


class WordDecoder(BatchLoss):
    """Cross-entropy of the words of a batch, read from its noisy codes.

    Memory: n x K floats of noise, and batch x words.
    """

    noise: Tensor

    def __init__(self, rows: Any, bits: int, noise: float, seed: int) -> None:
        super().__init__()
        self.rows = rows
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.randn(rows.shape[0], bits, generator=generator)
        self.register_buffer("noise", noise * drawn)
        torch.manual_seed(seed)
        self.words = nn.Linear(bits, rows.shape[1])

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``; an item without a word adds 0, and counts in the mean."""
        terms = {}
        for name, batch in batches.items():
            own = self.rows[batch.index.cpu().numpy()]
            dense = own if isinstance(own, np.ndarray) else own.toarray()
            shares = torch.from_numpy(dense).float().clamp(min=0).to(batch.outputs.device)
            shares = shares / shares.sum(dim=1, keepdim=True).clamp(min=1e-12)
            chances = torch.sigmoid(batch.outputs + self.noise[batch.index])
            logs = torch.log_softmax(self.words(chances), dim=1)
            terms[f"{name}/words"] = -(shares * logs).sum(dim=1).mean()
        return terms


class SemanticHashing(BranchCodes):
    """See the module's words."""

    Settings: ClassVar[type] = SemanticSettings
    needs: ClassVar[frozenset[str]] = frozenset({"text"})
    reads_counts: ClassVar[bool] = True
    raw: ClassVar[bool] = True

    def check(self, train: Items) -> None:
        """See ``Method``."""
        super().check(train)
        check_counts(train)

    def loss(self, train: Items) -> WordDecoder:
        """See ``BranchCodes``."""
        own = self.problem
        return WordDecoder(train.rows["text"], own.bits, self.settings.noise, own.seed)


PRESET = Preset(
    SemanticHashing,
    SemanticSettings(),
    revision=2,
    trials=(
        {"model.noise": 4.0},
        {"model.noise": 1.0},
        {"model.noise": 0.0},
        {"model.noise": 1.0, "model.training.lr": 0.004},
        {"model.noise": 4.0, "model.training.lr": 0.004},
        {"model.noise": 1.0, "model.training.epochs": 28},
        {"model.noise": 4.0, "model.training.epochs": 28},
        {"model.noise": 1.0, "model.text.dropout": 0.3},
    ),
)
