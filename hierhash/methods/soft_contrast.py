"""Flat supervised contrast over all training items: the strongest flat loss, without a tree.

Both branches give h = tanh(f). A batch item is contrasted with the last outputs of all training
items in both modalities, which a buffer holds; positives share its leaf. Similarity is <h, h'> / K.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np
import torch
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray
from pydantic import Strict
from torch import Tensor, nn

from hierhash.branches.mlp import MLPSettings
from hierhash.branches.two_branch import finite_outputs
from hierhash.codes.coded import Coded
from hierhash.codes.coding import Signs
from hierhash.errors import ConfigError
from hierhash.losses.supervised_contrast import supervised_contrast
from hierhash.methods.bit_codes import BitCodes
from hierhash.methods.method import Preset, Problem, Role, Rows, only_modality
from hierhash.methods.networks import load_branches, mlp_branches, weights_as_arrays
from hierhash.training.batches import Batch, BatchLoop, BatchLoss, BatchSettings
from hierhash.training.fit import Watch, fit
from hierhash.training.items import Items


@dataclass(frozen=True)
class ContrastSettings:
    """Settings of the contrast.

    Args:
        temperature: What similarities, which lie in -1..1, are divided by.
        candidates: Most buffered items an anchor is contrasted with in a step, drawn anew for each.
        image: Shape of the image branch.
        text: Shape of the text branch.
        training: The loop.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    temperature: Annotated[float, Strict(), Gt(0), Le(1000)] = 0.2
    candidates: Annotated[int, Strict(), Ge(2), Le(10**7)] = 16_384
    image: MLPSettings = field(default_factory=MLPSettings)
    text: MLPSettings = field(default_factory=MLPSettings)
    training: BatchSettings = field(default_factory=BatchSettings)


class BufferContrast(BatchLoss):
    """Contrast of a batch with a buffer of the last outputs of all n training items.

    Memory: modalities x n x K floats; a step adds candidates x K and batch x 2,048.

    Args:
        leaves: int64 (n,), the leaf of each item, -1 where unknown.
        bits: K.
        settings: Temperature and number of candidates.
        seed: Draws the candidates.
    """

    leaves: Tensor
    outputs: Tensor
    seen: Tensor
    steps: Tensor

    def __init__(
        self, leaves: NDArray[np.int64], bits: int, settings: ContrastSettings, seed: int
    ) -> None:
        super().__init__()
        self.settings = settings
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
        n, most = len(self.leaves), self.settings.candidates
        if n <= most:
            return torch.arange(n, device=self.leaves.device)
        generator = torch.Generator().manual_seed((self.seed * 1_000_003 + int(self.steps)) % 2**63)
        return torch.randperm(n, generator=generator)[:most].to(self.leaves.device)

    def _contrast(
        self, anchors: Tensor, batch: Batch, items: Tensor, same: bool, place: int
    ) -> Tensor:
        known = torch.where(self.seen[place, items], self.leaves[items], -1)
        own = torch.full_like(batch.index, -1)
        if same:  # an item is no example of itself
            where = torch.full_like(self.leaves, -1)
            where[items] = torch.arange(len(items), device=items.device)
            own = where[batch.index]
        scale = 1 / (anchors.shape[1] * self.settings.temperature)
        classes, others = self.leaves[batch.index], self.outputs[place, items]
        return supervised_contrast(anchors, classes, others, known, own, scale)


class SoftContrast(BitCodes):
    """The contrast as a ``Method``; an item of several paths counts with its first leaf."""

    Settings: ClassVar[type] = ContrastSettings
    needs: ClassVar[frozenset[str]] = frozenset({"image", "text", "labels"})

    def __init__(self, settings: ContrastSettings, problem: Problem, device: str = "cpu") -> None:
        self.settings, self.problem, self.device = settings, problem, device
        self.branches = nn.ModuleDict()

    @property
    def epochs(self) -> int:
        """See ``Method``."""
        return self.settings.training.epochs

    def check(self, train: Items) -> None:
        """See ``Method``."""
        if not train.labels.leaf_known.any():
            raise ConfigError("data: no training item has a known leaf to be contrasted by")
        self._networks(train)

    def _shapes(self) -> dict[str, MLPSettings]:
        return {"image": self.settings.image, "text": self.settings.text}

    def _networks(self, train: Items) -> nn.ModuleDict:
        return mlp_branches(train, self._shapes(), self.problem.bits, self.problem.seed)

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``."""
        own, device = self.problem, torch.device(self.device)
        self.branches = self._networks(train).to(device)
        leaves = first_leaves(train)
        loss = BufferContrast(leaves, own.bits, self.settings, own.seed).to(device)
        loop = BatchLoop(self.branches, loss, train, self.settings.training, own.seed, device)
        fit(loop, watch)

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``."""
        return Signs()(self.outputs(rows), only_modality(rows)[0])

    def outputs(self, rows: Rows) -> NDArray[np.float32]:
        """Real outputs of the branch of one modality, float32 (n, K)."""
        modality, features = only_modality(rows)
        return finite_outputs(self.branches[modality], features, modality)

    def branch(self, modality: str) -> nn.Module:
        """The network of one modality, for an export."""
        return self.branches[modality]

    def state(self) -> dict[str, NDArray[Any]]:
        """See ``Method``."""
        return weights_as_arrays(self.branches)

    def meta(self) -> dict[str, Any]:
        """See ``Method``."""
        return {"temperatures": {}}

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        self.branches = load_branches(state, self._shapes(), self.problem.shapes, self.problem.bits)

    @classmethod
    def facts(cls, settings: ContrastSettings) -> dict[str, Any]:
        """See ``Method``."""
        return {
            "temperature": settings.temperature,
            "lr": settings.training.lr,
            "epochs": settings.training.epochs,
        }


def first_leaves(items: Items) -> NDArray[np.int64]:
    """The leaf of each item's first path, int64 (n,); -1 where unknown."""
    labels = items.labels
    leaves = np.full(labels.n, -1, dtype=np.int64)
    some = np.flatnonzero(labels.labelled)
    leaves[some] = labels.codes[labels.offsets[some], -1]
    return leaves


PRESET = Preset(
    SoftContrast,
    ContrastSettings(),
    trials=(
        {"model.temperature": 0.1},
        {"model.temperature": 0.15},
        {"model.temperature": 0.2},
        {"model.temperature": 0.15, "model.training.epochs": 28},
        {"model.temperature": 0.1, "model.training.epochs": 28},
        {"model.temperature": 0.1, "model.training.lr": 0.004},
        {"model.temperature": 0.1, "model.image.dropout": 0.3, "model.text.dropout": 0.3},
        {"model.temperature": 0.2, "model.image.dropout": 0.3, "model.text.dropout": 0.3},
    ),
)
