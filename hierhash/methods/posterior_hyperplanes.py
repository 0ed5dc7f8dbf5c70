"""Class probabilities cut by random hyperplanes: codes from plain classifiers, nothing more learnt.

The same classifiers as ``posterior_float``; bit b is the side of a random hyperplane (Charikar,
STOC 2002) through the mean item that the vector of an item's node probabilities lies on. What a
practitioner gets in a few lines at any length: the rival of every code made from a classifier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Segment
from hierhash.codes.coding import Hyperplanes, Posterior
from hierhash.codes.distances import Hamming
from hierhash.methods.classifiers import Classifiers, ClassifierSettings
from hierhash.methods.method import Preset, Problem
from hierhash.training.items import Items


class PosteriorHyperplanes(Classifiers):
    """See the module's words."""

    free_length: ClassVar[bool] = True

    def __init__(self, settings: ClassifierSettings, problem: Problem, device: str = "cpu") -> None:
        super().__init__(settings, problem, device)
        rng = np.random.default_rng(problem.seed)
        drawn = rng.standard_normal((problem.bits, sum(problem.sizes)))
        self.planes = drawn.astype(np.float32)
        self.centre = np.zeros(self.planes.shape[1], dtype=np.float32)

    @property
    def prefixes(self) -> Sequence[int]:
        """See ``Method``: the first planes are planes."""
        return range(1, self.problem.bits)

    def prefix(self, bits: int) -> PosteriorHyperplanes:
        """The fitted method with its first ``bits`` planes."""
        short = PosteriorHyperplanes(self.settings, replace(self.problem, bits=bits), self.device)
        short.branches, short.temperatures = self.branches, self.temperatures
        short.score_weights, short.planes = self.score_weights, self.planes[:bits]
        short.centre = self.centre
        return short

    def calibrate(self, items: Items) -> None:
        """Temperatures, and the mean item."""
        super().calibrate(items)
        means = [
            self.coding().vectors(self.outputs({one: items.rows[one][known]}), one).mean(axis=0)
            for one in self.branches
            if len(known := items.having(one, np.arange(items.n)))
        ]
        if means:
            self.centre = np.mean(means, axis=0, dtype=np.float32)

    def coding(self) -> Hyperplanes:
        """Sides of the planes."""
        own = Posterior(self.problem.ancestors, self.score_weights, self.temperatures)
        return Hyperplanes(own, self.planes, self.centre)

    def layout(self) -> tuple[Segment, ...]:
        """One segment of K bits."""
        return (Segment("category", self.problem.bits),)

    def distance(self) -> Hamming:
        """Hamming distance of K bits."""
        return Hamming(self.problem.bits)

    def state(self) -> dict[str, NDArray[Any]]:
        """See ``Method``."""
        return super().state() | {"planes": self.planes, "centre": self.centre}

    def meta(self) -> dict[str, Any]:
        """See ``Method``."""
        return self._meta("hyperplanes")

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        planes, centre = state["planes"], state["centre"]
        if planes.shape != self.planes.shape or centre.shape != self.centre.shape:
            raise ValueError("planes or their centre are of another shape")
        self.planes, self.centre = planes, centre
        super().load(state, meta)


LONGER = {"model.training.lr": 0.001, "model.training.epochs": 20}
DROPOUT = {"model.image.dropout": 0.3, "model.text.dropout": 0.3}
TOP_HEAVY = {"scheme": "geometric", "ratio": 0.4}

PRESET = Preset(
    PosteriorHyperplanes,
    ClassifierSettings(score_weights="linear"),
    trials=(
        {"model.training.lr": 0.002},
        {"model.training.lr": 0.004},
        LONGER,
        LONGER | DROPOUT,
        {"model.training.lr": 0.002, "model.score_weights": "uniform"},
        LONGER | {"model.score_weights": "uniform"},
        {"model.training.lr": 0.002, "model.score_weights": TOP_HEAVY},
        LONGER | {"model.score_weights": TOP_HEAVY},
    ),
)
