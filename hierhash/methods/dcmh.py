"""The DCMH family: two branches, a training similarity, an optional head, the alternating loop.

Every row of the family is these settings with other values; the files beside this one hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from hierhash.branches.heads import Head
from hierhash.branches.two_branch import TwoBranch, finite_outputs
from hierhash.codes.coded import Coded
from hierhash.codes.coding import Signs
from hierhash.methods.bit_codes import BitCodes
from hierhash.methods.dcmh_loop import build_loop, build_model
from hierhash.methods.dcmh_settings import DCMHSettings
from hierhash.methods.method import Posteriors, Problem, Role, Rows, only_modality
from hierhash.methods.networks import weights_as_arrays
from hierhash.methods.predict import best_temperature, level_probabilities
from hierhash.training.alternating import AlternatingLoop
from hierhash.training.fit import Watch, fit
from hierhash.training.items import Items


class DCMH(BitCodes):
    """A member of the family as a ``Method``.

    Args:
        settings: Its settings.
        problem: What it is made for.
        device: Where it trains.
    """

    Settings: ClassVar[type] = DCMHSettings
    needs: ClassVar[frozenset[str]] = frozenset({"image", "text", "labels"})

    def __init__(self, settings: DCMHSettings, problem: Problem, device: str = "cpu") -> None:
        self.settings, self.problem, self.device = settings, problem, device
        self.temperatures: dict[str, float] = {}
        self._model: TwoBranch | None = None

    @property
    def epochs(self) -> int:
        """See ``Method``."""
        return self.settings.training.epochs

    @property
    def model(self) -> TwoBranch:
        """The network, once it is being fitted or was loaded."""
        if self._model is None:
            raise ValueError("neither fitted nor loaded")
        return self._model

    def check(self, train: Items) -> None:
        """See ``Method``."""
        self._loop(train)

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``."""
        loop = self._loop(train)
        self._model = loop.model
        fit(loop, watch)

    def _loop(self, train: Items) -> AlternatingLoop:
        own = self.problem
        return build_loop(self.settings, own.tree, train, own.bits, own.seed, self.device)

    def calibrate(self, items: Items) -> None:
        """A temperature for each modality, under which the true leaves are likeliest."""
        head = self.model.head
        if head is None:
            return
        for modality in ("image", "text"):
            known = items.having(modality, np.arange(items.n))
            self.temperatures[modality] = 1.0
            if len(known):
                outputs = self.outputs({modality: items.rows[modality][known]})
                labels = items.labels.subset(known)
                self.temperatures[modality] = best_temperature(
                    lambda own, heat: level_probabilities(head, own, heat)[-1], outputs, labels
                )

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``; queries and database items are coded alike."""
        return Signs()(self.outputs(rows), only_modality(rows)[0])

    def classify(self, rows: Rows) -> Posteriors | None:
        """See ``Method``; each level's own softmax, so levels may contradict each other."""
        if self.model.head is None:
            return None
        temperature = self.temperatures.get(only_modality(rows)[0], 1.0)
        return level_probabilities(self.model.head, self.outputs(rows), temperature)

    def outputs(self, rows: Rows) -> NDArray[np.float32]:
        """Real outputs of the branch of one modality, float32 (n, K)."""
        modality, features = only_modality(rows)
        return finite_outputs(self.model.branch(modality), features, modality)

    def branch(self, modality: str) -> nn.Module:
        """The network of one modality, for an export."""
        return self.model.branch(modality)

    @property
    def head(self) -> Head | None:
        """The classifier of the outputs, for an export."""
        return self.model.head

    def state(self) -> dict[str, NDArray[Any]]:
        """See ``Method``: the weights of the network."""
        return weights_as_arrays(self.model)

    def meta(self) -> dict[str, Any]:
        """See ``Method``."""
        return {"temperatures": self.temperatures}

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        # Level weights come with the stored ones; a scheme may need training labels to be built.
        settings = replace(
            self.settings,
            head=replace(self.settings.head, level_weights="uniform"),
            image=replace(self.settings.image, weights=None),
        )
        statistics = {
            modality: (torch.zeros(len(mean)), torch.ones(len(mean)))
            for modality in ("image", "text")
            if len(mean := state.get(f"{modality}.mean", np.zeros(0))) and mean.ndim == 1
        }
        shapes = self.problem.shapes
        # On the meta device nothing is allocated: shapes that are wrong cost no memory.
        with torch.device("meta"):
            model = build_model(
                settings,
                self.problem.tree,
                shapes["image"],
                shapes["text"][0],
                self.problem.bits,
                statistics=statistics,
            )
        weights = {name: torch.from_numpy(array) for name, array in state.items()}
        model.load_state_dict(weights, assign=True)
        self._model = model.eval()
        self.temperatures = dict(meta["temperatures"])

    @classmethod
    def facts(cls, settings: DCMHSettings) -> dict[str, Any]:
        """See ``Method``."""
        loss, training = settings.loss, settings.training
        return {
            "gamma": loss.gamma,
            "eta": loss.eta,
            "scale": loss.scale,
            "head_weight": loss.head_weight,
            "lr": training.lr,
            "epochs": training.epochs,
            "optimiser": training.optimiser,
            "pairs": settings.similarity.pairs,
            "head": settings.head.kind,
        }
