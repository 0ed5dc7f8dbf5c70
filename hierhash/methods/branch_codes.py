"""What methods have in common whose codes are the signs of MLP branches, trained by batches.

A method of this kind is its settings and ``loss``: a module that turns the outputs and labels of a
batch into terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from hierhash.branches.mlp import MLPSettings
from hierhash.branches.two_branch import finite_outputs
from hierhash.codes.coded import Coded
from hierhash.codes.coding import Signs
from hierhash.errors import ConfigError
from hierhash.methods.bit_codes import BitCodes
from hierhash.methods.method import Problem, Role, Rows, only_modality
from hierhash.methods.networks import load_branches, mlp_branches, weights_as_arrays
from hierhash.training.batches import BatchLoop, BatchLoss, BatchSettings
from hierhash.training.fit import Watch, fit
from hierhash.training.items import MODALITIES, Items


@dataclass(frozen=True)
class ImageSettings:
    """Settings of a method of pictures alone.

    Args:
        image: Shape of the image branch.
        training: The loop.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    image: MLPSettings = field(default_factory=MLPSettings)
    training: BatchSettings = field(default_factory=BatchSettings)


@dataclass(frozen=True)
class BranchSettings(ImageSettings):
    """Settings of a method of both modalities.

    Args:
        text: Shape of the text branch.
    """

    text: MLPSettings = field(default_factory=MLPSettings)


class BranchCodes(BitCodes):
    """All of a method but its loss; a branch for each modality that it needs.

    Args:
        settings: Its settings.
        problem: What it is made for.
        device: Where it trains.
    """

    Settings: ClassVar[type] = BranchSettings
    needs: ClassVar[frozenset[str]] = frozenset({"image", "text", "labels"})
    raw: ClassVar[bool] = False
    """Whether outputs stay as they are, where others are batch-normalised to balance bits."""
    most_batch: ClassVar[int] = 10**6
    """Items of the largest batch whose loss fits into memory."""
    settings: Any

    def __init__(self, settings: Any, problem: Problem, device: str = "cpu") -> None:
        self.settings, self.problem, self.device = settings, problem, device
        self.branches = nn.ModuleDict()

    @property
    def epochs(self) -> int:
        """See ``Method``."""
        own: int = self.settings.training.epochs
        return own

    def loss(self, train: Items) -> BatchLoss:
        """The loss for some training items.

        Raises:
            ConfigError: The settings do not fit the tree or the items.
        """
        raise NotImplementedError

    def check(self, train: Items) -> None:
        """See ``Method``."""
        if "labels" in self.needs and not train.labels.leaf_known.any():
            raise ConfigError("data: no training item has a known leaf to learn from")
        if self.settings.training.batch_size > self.most_batch:
            raise ConfigError(
                "model.training.batch_size: the loss looks at all triplets of a batch, "
                f"b x b x b numbers; use {self.most_batch} or fewer"
            )
        self._networks(train)
        self.loss(train)

    def _shapes(self) -> dict[str, MLPSettings]:
        return {one: getattr(self.settings, one) for one in MODALITIES if one in self.needs}

    def _networks(self, train: Items) -> nn.ModuleDict:
        own = self.problem
        return mlp_branches(train, self._shapes(), own.bits, own.seed, self.raw)

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``."""
        device = torch.device(self.device)
        self.branches = self._networks(train).to(device)
        loss = self.loss(train).to(device)
        own = self.settings.training
        fit(BatchLoop(self.branches, loss, train, own, self.problem.seed, device), watch)

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
        own = self.problem
        self.branches = load_branches(state, self._shapes(), own.shapes, own.bits, self.raw)

    @classmethod
    def facts(cls, settings: Any) -> dict[str, Any]:
        """See ``Method``: its plain settings, learning rate and epochs."""
        own = {one.name: getattr(settings, one.name) for one in fields(settings)}
        training = own.pop("training")
        plain = {name: value for name, value in own.items() if not isinstance(value, MLPSettings)}
        return plain | {"lr": training.lr, "epochs": training.epochs}
