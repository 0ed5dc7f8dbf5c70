"""What methods have in common that quantise the class probabilities of our own network.

The network is that of ``expected_tree_codes``: DCMH's two branches on the level-weighted S with a
joint head over the leaves. An item's vector holds sqrt(w_l) p_l of all levels, so that the product
of two is what ``posterior_float`` compares by; a quantiser keeps it in K / 8 bytes. What differs
from our method is due to the codes, not to the network.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray
from pydantic import Strict
from torch import nn

from hierhash.codes.coded import Coded
from hierhash.errors import ConfigError
from hierhash.methods.bit_codes import BitCodes
from hierhash.methods.dcmh import DCMH
from hierhash.methods.dcmh_settings import DCMHSettings, HeadSettings
from hierhash.methods.method import Posteriors, Problem, Role, Rows, only_modality
from hierhash.methods.weight_scheme import WeightScheme, weights_of
from hierhash.training.fit import Watch
from hierhash.training.items import Items
from hierhash.training.settings import LoopSettings, Objective

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class PosteriorSettings(DCMHSettings):
    """Settings of the network, as of DCMH, and of the vectors.

    Args:
        width: Outputs of each branch, whatever the length of the code.
        score_weights: Scheme of the level weights w.
    """

    head: HeadSettings = field(default_factory=lambda: HeadSettings(kind="path"))
    loss: Objective = field(
        default_factory=lambda: Objective(gamma=100.0, eta=0.0, scale=0.35, head_weight=1.0)
    )
    training: LoopSettings = field(default_factory=lambda: LoopSettings(partners=16_384))
    width: Annotated[int, Strict(), Ge(2), Le(4096)] = 64
    score_weights: WeightScheme = field(
        default_factory=lambda: {"scheme": "leaf_heavy", "leaf": 0.4}
    )


class PosteriorCodes(BitCodes):
    """All of a method but its quantiser, which learns from the training items of both modalities.

    Memory: beside the network's, the vectors of all training items of both modalities (float32,
    2 n x classes of all levels) three times over while they are made.

    Args:
        settings: Its settings.
        problem: What it is made for.
        device: Where it trains.
    """

    Settings: ClassVar[type] = PosteriorSettings
    needs: ClassVar[frozenset[str]] = DCMH.needs

    def __init__(self, settings: PosteriorSettings, problem: Problem, device: str = "cpu") -> None:
        self.settings, self.problem = settings, problem
        self.network = DCMH(settings, replace(problem, bits=settings.width), device)
        self.level_weights: NDArray[np.float64] = np.zeros(0)
        self._train: Items | None = None

    @abstractmethod
    def learn(self, vectors: Floats) -> None:
        """Learns the quantiser of vectors (n, classes of all levels)."""

    @abstractmethod
    def code(self, vectors: Floats, role: Role) -> Coded:
        """Items by their vectors."""

    @abstractmethod
    def quantiser_state(self) -> dict[str, NDArray[Any]]:
        """What the quantiser learnt, as arrays by name."""

    @abstractmethod
    def load_quantiser(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Takes over what ``quantiser_state`` gave; raises ValueError where it does not fit."""

    @property
    def epochs(self) -> int:
        """See ``Method``."""
        return self.network.epochs

    def check(self, train: Items) -> None:
        """See ``Method``."""
        if self.settings.head.kind != "path":
            raise ConfigError(
                f"model.head.kind: '{self.settings.head.kind}' gives no coherent chances; use path"
            )
        if self.problem.bits % 8:
            raise ConfigError("bits: codes are whole bytes; use 8, 16, 24, 32, ...")
        self._weights(train)
        self.network.check(train)

    def _weights(self, train: Items) -> NDArray[np.float64]:
        scheme = self.settings.score_weights
        return weights_of(self.problem.tree, scheme, train.labels, "model.score_weights")

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``: network, then quantiser; before each look at validation, too."""
        self.level_weights, self._train = self._weights(train), train
        score = watch.validate

        def look() -> float:
            self._learn()
            return score() if score is not None else 0.0

        self.network.fit(train, replace(watch, validate=None if score is None else look))
        self._learn()

    def calibrate(self, items: Items) -> None:
        """Temperatures, and the quantiser under them."""
        self.network.calibrate(items)
        self._learn()

    def _learn(self) -> None:
        if self._train is None:  # loaded, not fitted
            return
        items, every = self._train, np.arange(self._train.n)
        self.learn(
            np.concatenate(
                [
                    self.vectors({one: items.rows[one][items.having(one, every)]})
                    for one in ("image", "text")
                ]
            )
        )

    def vectors(self, rows: Rows) -> Floats:
        """sqrt(w_l) p_l of all levels, float32 (n, classes of all levels)."""
        levels = self.network.classify({(one := only_modality(rows))[0]: one[1]})
        roots = np.sqrt(self.level_weights).astype(np.float32)
        assert levels is not None  # noqa: S101 - ``check`` saw to the head
        parts = [root * level for root, level in zip(roots, levels, strict=True)]
        return np.concatenate(parts, axis=1)

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``."""
        return self.code(self.vectors(rows), role)

    def classify(self, rows: Rows) -> Posteriors | None:
        """See ``Method``."""
        return self.network.classify(rows)

    def outputs(self, rows: Rows) -> NDArray[np.float32]:
        """Real outputs of the network of one modality."""
        return self.network.outputs(rows)

    def branch(self, modality: str) -> nn.Module:
        """The network of one modality."""
        return self.network.branch(modality)

    def state(self) -> dict[str, NDArray[Any]]:
        """See ``Method``."""
        own = {f"quantiser.{name}": array for name, array in self.quantiser_state().items()}
        return self.network.state() | own

    def meta(self) -> dict[str, Any]:
        """See ``Method``: the method itself codes texts."""
        return {
            "temperatures": self.network.temperatures,
            "coding": None,
            "level_weights": self.level_weights.tolist(),
        }

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        self.level_weights = np.asarray(meta["level_weights"], dtype=np.float64)
        if self.level_weights.shape != (len(self.problem.sizes),):
            raise ValueError("level weights are not one a level")
        prefix = "quantiser."
        self.load_quantiser(
            {name.removeprefix(prefix): own for name, own in state.items() if prefix in name}
        )
        self.network.load({name: own for name, own in state.items() if prefix not in name}, meta)

    @classmethod
    def facts(cls, settings: PosteriorSettings) -> dict[str, Any]:
        """See ``Method``."""
        own = {"width": settings.width, "score_weights": settings.score_weights}
        return DCMH.facts(settings) | own
