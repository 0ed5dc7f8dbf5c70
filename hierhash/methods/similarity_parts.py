"""What SHDH and its cross-modal form share: the loss over pairs of modalities, and the weights."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations_with_replacement
from typing import Any

import torch
from torch import Tensor

from hierhash.labels.weights import linear
from hierhash.losses.segment_similarity import balance, segment_similarity
from hierhash.methods.level_codes import LevelCodes, level_slices
from hierhash.training.batches import Batch, BatchLoss
from hierhash.training.items import Items


class SegmentLoss(BatchLoss):
    """The loss over all pairs of modalities of a batch; of one modality, over its own pairs."""

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


class SimilarityParts(LevelCodes):
    """A part of the code for each level, learnt by products; ``settings.alpha`` weighs balance."""

    @property
    def level_weights(self) -> tuple[float, ...]:
        """U of the paper: the top level counts most."""
        return tuple(linear(self.problem.tree.depth).tolist())

    def loss(self, train: Items) -> SegmentLoss:
        """See ``BranchCodes``."""
        return SegmentLoss(self.parts, self.level_weights, self.settings.alpha)


TRIALS: tuple[dict[str, Any], ...] = (
    {"model.alpha": 0.1},
    {"model.alpha": 0.0},
    {"model.alpha": 1.0},
    {"model.training.lr": 0.004},
    {"model.training.epochs": 28},
    {"model.alpha": 0.0, "model.training.epochs": 28},
    {"model.training.batch_size": 512, "model.training.lr": 0.004},
)
"""What a suite tries for either form of SHDH."""
