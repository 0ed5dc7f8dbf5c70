"""What training holds between steps: the buffers F, G and B of all n items and their masks.

Memory: F, G, B, the partner's labelled rows and the product S G, 5 x n x K floats, and two more
while S G is computed; a step adds blocks of batch x 2,048. At n = 100,000 and K = 64 that is 128 MB
(179 MB at the peak) and 1 MB a block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hierhash.branches.rows import FeatureRows
from hierhash.labels.items import ItemLabels
from hierhash.labels.similarity import LevelSimilarity

MODALITIES = ("image", "text")


def other(modality: str) -> str:
    """The other modality.

    Example:
        >>> other("image")
        'text'
    """
    return "text" if modality == "image" else "image"


@dataclass(frozen=True)
class TrainingData:
    """The training items.

    Args:
        rows: Feature rows of each modality, n of each (rows of an item that lacks the modality are
            ignored).
        present: bool (n,) for each modality: the item has it.
        labels: Labels of the n items; unlabelled items take part in no pair and no class.
        similarity: The training similarity S over these items.
    """

    rows: dict[str, FeatureRows]
    present: dict[str, NDArray[np.bool_]]
    labels: ItemLabels
    similarity: LevelSimilarity

    @property
    def n(self) -> int:
        """Number of items."""
        return self.labels.n


class Buffers:
    """F, G, B as (n, K) float32 tensors; rows of items without a modality stay zero in it.

    Args:
        data: The training items.
        bits: K.
        start: ``zeros`` or ``normal``.
        generator: Source of the normal start.
        device: Where they live.
    """

    def __init__(
        self,
        data: TrainingData,
        bits: int,
        start: str,
        generator: torch.Generator,
        device: torch.device,
    ) -> None:
        self.present = {m: torch.from_numpy(data.present[m]).to(device) for m in MODALITIES}
        self.labelled = torch.from_numpy(np.asarray(data.labels.labelled)).to(device)
        self.outputs: dict[str, Tensor] = {}
        for modality in MODALITIES:
            drawn = torch.zeros(data.n, bits)
            if start == "normal":
                drawn = torch.randn(data.n, bits, generator=generator)
            self.outputs[modality] = drawn.to(device) * self.present[modality][:, None]
        self.codes = torch.zeros(data.n, bits, device=device)

    def update_codes(self) -> None:
        """B = sign(gamma (F + G)), the closed form (max tr(B'V)); sign(0) = +1.

        Buffers that were never written leave B at 0: that is the MATLAB schedule's first update.
        """
        summed = self.outputs["image"] + self.outputs["text"]
        if bool(summed.any()):
            self.codes = torch.where(summed >= 0, 1.0, -1.0)

    def partners(self, modality: str) -> tuple[Tensor, Tensor]:
        """The buffer a batch is paired with, zero for unlabelled items, and those that count."""
        partner = other(modality)
        counted = self.present[partner] & self.labelled
        return self.outputs[partner] * self.labelled[:, None], counted.nonzero()[:, 0]

    def tensors(self) -> dict[str, Tensor]:
        """All buffers by name, for a checkpoint."""
        return {"F": self.outputs["image"], "G": self.outputs["text"], "B": self.codes}

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Takes over the buffers of a checkpoint.

        Raises:
            ValueError: They are of another shape, or hold what is no finite number.
        """
        device = self.codes.device
        for name, own in self.tensors().items():
            given = tensors[name]
            if given.shape != own.shape or not bool(torch.isfinite(given).all()):
                raise ValueError(f"buffer {name} is not one of this run")
        self.outputs = {"image": tensors["F"].to(device), "text": tensors["G"].to(device)}
        self.codes = tensors["B"].to(device)
