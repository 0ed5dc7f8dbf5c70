"""One classifier a modality over the leaves of the tree: what rivals without hashing are made of.

Each modality has a network of its own; the loss is the marginal likelihood of the true ancestor at
every level (losses.hierarchical_classification), the probability of a node the sum over the leaves
below it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hierhash.branches.mlp import MLPSettings
from hierhash.branches.two_branch import finite_outputs
from hierhash.codes.coded import Coded
from hierhash.codes.coding import Coding, coding_of, level_posteriors
from hierhash.errors import ConfigError
from hierhash.losses.hierarchical_classification import path_loss
from hierhash.methods.method import Posteriors, Problem, Role, Rows, only_modality
from hierhash.methods.networks import load_branches, mlp_branches, weights_as_arrays
from hierhash.methods.predict import best_temperature
from hierhash.methods.weight_scheme import WeightScheme, weights_of
from hierhash.training.batches import Batch, BatchLoop, BatchLoss, BatchSettings
from hierhash.training.fit import Watch, fit
from hierhash.training.items import Items

NETWORK = MLPSettings(hidden=1024, batch_norm=True, dropout=0.5)


@dataclass(frozen=True)
class ClassifierSettings:
    """Settings of the classifiers.

    Args:
        image: Shape of the image network.
        text: Shape of the text network.
        loss_weights: Scheme of the level weights of the loss.
        score_weights: Scheme of the level weights by which two items are compared.
        training: The loop.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    image: MLPSettings = NETWORK
    text: MLPSettings = NETWORK
    loss_weights: WeightScheme = field(
        default_factory=lambda: {"scheme": "leaf_heavy", "leaf": 0.5}
    )
    score_weights: WeightScheme = field(
        default_factory=lambda: {"scheme": "leaf_heavy", "leaf": 0.6}
    )
    training: BatchSettings = field(default_factory=BatchSettings)


class PathLoss(BatchLoss):
    """The path loss of every modality, summed: the networks share nothing."""

    ancestors: Tensor
    weights: Tensor

    def __init__(
        self, ancestors: NDArray[np.int64], sizes: list[int], weights: NDArray[np.float64]
    ) -> None:
        super().__init__()
        self.sizes = sizes
        self.register_buffer("ancestors", torch.from_numpy(ancestors))
        self.register_buffer("weights", torch.from_numpy(weights).float())

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``."""
        return {
            f"{name}/classification": path_loss(
                batch.outputs, self.ancestors, batch.classes, self.weights, self.sizes
            )
            for name, batch in batches.items()
        }


class Classifiers:
    """All of a method but its coding, distance and layout.

    Args:
        settings: Its settings.
        problem: What it is made for.
        device: Where it trains.
    """

    Settings: ClassVar[type] = ClassifierSettings
    needs: ClassVar[frozenset[str]] = frozenset({"image", "text", "labels"})
    free_length: ClassVar[bool] = False
    fuses: ClassVar[bool] = False

    def __init__(self, settings: ClassifierSettings, problem: Problem, device: str = "cpu") -> None:
        self.settings, self.problem, self.device = settings, problem, device
        self.temperatures: dict[str, float] = {}
        self.branches = nn.ModuleDict()
        self.score_weights: NDArray[np.float64] = np.zeros(0)

    @property
    def epochs(self) -> int:
        """See ``Method``."""
        return self.settings.training.epochs

    @property
    def prefixes(self) -> Sequence[int]:
        """See ``Method``: none."""
        return ()

    def check(self, train: Items) -> None:
        """See ``Method``."""
        if not train.labels.leaf_known.any():
            raise ConfigError("data: no training item has a known leaf to be classified into")
        self._weights(train)
        self._networks(train)

    def _weights(self, train: Items) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        tree, own = self.problem.tree, self.settings
        return (
            weights_of(tree, own.loss_weights, train.labels, "model.loss_weights"),
            weights_of(tree, own.score_weights, train.labels, "model.score_weights"),
        )

    def _networks(self, train: Items) -> nn.ModuleDict:
        shapes = {"image": self.settings.image, "text": self.settings.text}
        return mlp_branches(train, shapes, self.problem.sizes[-1], self.problem.seed, raw=True)

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``."""
        loss_weights, self.score_weights = self._weights(train)
        device = torch.device(self.device)
        self.branches = self._networks(train).to(device)
        loss = PathLoss(self.problem.ancestors, self.problem.sizes, loss_weights).to(device)
        loop = BatchLoop(
            self.branches, loss, train, self.settings.training, self.problem.seed, device
        )
        fit(loop, watch)

    def calibrate(self, items: Items) -> None:
        """A temperature for each modality, under which the true leaves are likeliest."""
        for modality in self.branches:
            known = items.having(modality, np.arange(items.n))
            self.temperatures[modality] = 1.0
            if len(known):
                self.temperatures[modality] = best_temperature(
                    lambda own, heat: level_posteriors(own, self.problem.ancestors, heat)[-1],
                    self.outputs({modality: items.rows[modality][known]}),
                    items.labels.subset(known),
                )

    def coding(self) -> Coding:
        """What the outputs go through to become codes or vectors."""
        raise NotImplementedError

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``."""
        return self.coding()(self.outputs(rows), only_modality(rows)[0])

    def classify(self, rows: Rows) -> Posteriors | None:
        """See ``Method``."""
        temperature = self.temperatures.get(only_modality(rows)[0], 1.0)
        return level_posteriors(self.outputs(rows), self.problem.ancestors, temperature)

    def outputs(self, rows: Rows) -> NDArray[np.float32]:
        """Leaf logits of one modality, float32 (n, leaves)."""
        modality, features = only_modality(rows)
        return finite_outputs(self.branches[modality], features, modality)

    def branch(self, modality: str) -> nn.Module:
        """The network of one modality, for an export."""
        return self.branches[modality]

    def state(self) -> dict[str, NDArray[Any]]:
        """See ``Method``: the weights of the networks."""
        return weights_as_arrays(self.branches)

    def _meta(self, coding: str) -> dict[str, Any]:
        described = {
            "name": coding,
            "weights": self.score_weights.tolist(),
            "temperatures": self.temperatures,
        }
        return {"temperatures": self.temperatures, "coding": described}

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        shapes: dict[str, MLPSettings] = {
            "image": self.settings.image,
            "text": self.settings.text,
        }
        weights = {name: own for name, own in state.items() if name.partition(".")[0] in shapes}
        self.branches = load_branches(
            weights, shapes, self.problem.shapes, self.problem.sizes[-1], raw=True
        )
        # Whatever is wrong with the coding is told here, not by a search later.
        coding = coding_of(meta["coding"], lambda: self.problem.ancestors, state.__getitem__)
        if type(coding) is not type(self.coding()):
            raise ValueError(f"coding '{meta['coding']['name']}' is of another method")
        self.temperatures = dict(meta["temperatures"])
        self.score_weights = np.asarray(meta["coding"]["weights"], dtype=np.float64)
        if self.score_weights.shape != (len(self.problem.sizes),):
            raise ValueError("weights are not one a level")

    @classmethod
    def facts(cls, settings: ClassifierSettings) -> dict[str, Any]:
        """See ``Method``."""
        training = settings.training
        return {
            "lr": training.lr,
            "epochs": training.epochs,
            "weight_decay": training.weight_decay,
            "dropout": settings.image.dropout,
        }


TRIALS: tuple[dict[str, Any], ...] = (
    {"model.training.lr": 0.002},
    {"model.training.lr": 0.001},
    {"model.training.lr": 0.004},
    {"model.training.lr": 0.002, "model.image.dropout": 0.3, "model.text.dropout": 0.3},
    {"model.training.lr": 0.001, "model.image.dropout": 0.3, "model.text.dropout": 0.3},
    {"model.training.lr": 0.001, "model.training.epochs": 20},
    {"model.training.lr": 0.002, "model.training.epochs": 20},
    {"model.training.lr": 0.004, "model.training.epochs": 20},
)
"""What a suite tries for any method of classifiers."""
