"""The last outputs of all training items and their common codes, for losses that look at all."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from hierhash.labels.items import ItemLabels
from hierhash.training.items import MODALITIES


class OutputBuffer(nn.Module):
    """F and G of n items, and B = sign(F + G), as the two branches of DCMH keep them.

    Memory: three times n x K floats. Rows of items that were not seen yet, or that lack a modality,
    are zero.

    Args:
        labels: Labels of the items; of several paths the first counts.
        bits: K.
        seed: Of what is drawn.
    """

    classes: Tensor
    values: Tensor
    codes: Tensor
    steps: Tensor

    def __init__(self, labels: ItemLabels, bits: int, seed: int) -> None:
        super().__init__()
        self.n, self.seed = labels.n, seed
        self.register_buffer("classes", torch.from_numpy(first_paths(labels)))
        self.register_buffer("values", torch.zeros(len(MODALITIES), self.n, bits))
        self.register_buffer("codes", torch.zeros(self.n, bits))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    @property
    def outputs(self) -> dict[str, Tensor]:
        """Modality to its outputs (n, K)."""
        return dict(zip(MODALITIES, self.values, strict=True))

    def write(self, modality: str, index: Tensor, outputs: Tensor) -> None:
        """Keeps the outputs of some items; no gradient goes through them."""
        self.values[MODALITIES.index(modality), index] = outputs.detach()

    def update_codes(self) -> None:
        """B = sign(F + G); 0 counts as +1."""
        self.codes.copy_(torch.where(self.values.sum(dim=0) >= 0, 1.0, -1.0))

    def draw(self, most: int) -> Tensor:
        """At most so many items, int64 (m,), drawn anew in each call and alike after a resume."""
        self.steps += 1
        return drawn_items(self.n, most, self.seed, int(self.steps)).to(self.classes.device)


def drawn_items(n: int, most: int, seed: int, step: int) -> Tensor:
    """At most so many of n items, int64 (m,): all of them, or others in each step.

    Example:
        >>> drawn_items(3, 5, 0, 1).tolist(), len(drawn_items(9, 5, 0, 1))
        ([0, 1, 2], 5)
    """
    if n <= most:
        return torch.arange(n)
    generator = torch.Generator().manual_seed((seed * 1_000_003 + step) % 2**63)
    return torch.randperm(n, generator=generator)[:most]


def first_paths(labels: ItemLabels) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """The classes of each item's first path at every level, int64 (n, L); -1 where unknown.

    Example:
        >>> labels = ItemLabels(np.array([[0, 1], [1, 2]]), np.array([0, 2, 2]))
        >>> first_paths(labels).tolist()
        [[0, 1], [-1, -1]]
    """
    classes = np.full((labels.n, labels.depth), -1, dtype=np.int64)
    some = np.flatnonzero(labels.labelled)
    classes[some] = labels.codes[labels.offsets[some]]
    return classes
