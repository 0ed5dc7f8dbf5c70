"""Supervised contrast of batches with a buffer of all training items, as a term of a loss."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hierhash.losses.supervised_contrast import supervised_contrast
from hierhash.methods.output_buffer import drawn_items, first_paths
from hierhash.training.batches import Batch, BatchLoss
from hierhash.training.items import Items


class BufferContrast(BatchLoss):
    """Contrast of a batch with a buffer of the last outputs of all n training items.

    Memory: modalities x n x K floats; a step adds candidates x K and batch x 2,048.

    Args:
        leaves: int64 (n,), the leaf of each item, -1 where unknown.
        bits: K.
        temperature: What similarities, which lie in -1..1, are divided by.
        candidates: Most buffered items an anchor is contrasted with in a step, drawn anew for each.
        seed: Draws the candidates.
    """

    leaves: Tensor
    outputs: Tensor
    seen: Tensor
    steps: Tensor

    def __init__(
        self,
        leaves: NDArray[np.int64],
        bits: int,
        temperature: float,
        candidates: int,
        seed: int,
    ) -> None:
        super().__init__()
        self.temperature, self.candidates = temperature, candidates
        self.places = {"image": 0, "text": 1}
        self.register_buffer("leaves", torch.from_numpy(leaves))
        self.register_buffer("outputs", torch.zeros(2, len(leaves), bits))
        self.register_buffer("seen", torch.zeros(2, len(leaves), dtype=torch.bool))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self.seed = seed

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``: for each modality the mean over its contrasts with both buffers."""
        anchors = {name: torch.tanh(batch.outputs) for name, batch in batches.items()}
        for name, batch in batches.items():
            place = self.places[name]
            self.outputs[place, batch.index] = anchors[name].detach()
            self.seen[place, batch.index] = True
        items = self._candidates()
        terms = {}
        for name, batch in batches.items():
            both = [
                self._contrast(anchors[name], batch, items, name == other, place)
                for other, place in self.places.items()
            ]
            terms[f"{name}/contrast"] = torch.stack(both).mean()
        return terms

    def _candidates(self) -> Tensor:
        """Items of this step; the same ones after a resume."""
        self.steps += 1
        drawn = drawn_items(len(self.leaves), self.candidates, self.seed, int(self.steps))
        return drawn.to(self.leaves.device)

    def _contrast(
        self, anchors: Tensor, batch: Batch, items: Tensor, same: bool, place: int
    ) -> Tensor:
        known = torch.where(self.seen[place, items], self.leaves[items], -1)
        own = torch.full_like(batch.index, -1)
        if same:  # an item is no example of itself
            where = torch.full_like(self.leaves, -1)
            where[items] = torch.arange(len(items), device=items.device)
            own = where[batch.index]
        scale = 1 / (anchors.shape[1] * self.temperature)
        classes, others = self.leaves[batch.index], self.outputs[place, items]
        return supervised_contrast(anchors, classes, others, known, own, scale)


def first_leaves(items: Items) -> NDArray[np.int64]:
    """The leaf of each item's first path, int64 (n,); -1 where unknown."""
    return np.ascontiguousarray(first_paths(items.labels)[:, -1])
