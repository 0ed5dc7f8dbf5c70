"""ITQ, iterative quantisation (Gong & Lazebnik, CVPR 2011): learns from image features alone.

Features are centred and projected on their first K principal components, V = (X - mean) P; then, in
turns, B = sign(V R) and R = the rotation nearest to it, from the singular vectors of B'V (the
orthogonal Procrustes problem, section 2.2 of the paper). A closed form in each step; no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray
from pydantic import Strict

from hierhash.codes.coded import Coded
from hierhash.codes.coding import Signs
from hierhash.codes.principal_rotation import nearest_rotation, principal_components
from hierhash.errors import ConfigError
from hierhash.methods.bit_codes import BitCodes
from hierhash.methods.method import Preset, Problem, Role, Rows, only_modality
from hierhash.methods.one_modality import check_components, check_rows
from hierhash.training.fit import Watch
from hierhash.training.items import Items, blocks

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ITQSettings:
    """Settings of ITQ.

    Args:
        iterations: Turns of codes and rotation (50 in the paper).
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    iterations: Annotated[int, Strict(), Ge(1), Le(10_000)] = 50


class ITQ(BitCodes):
    """ITQ as a ``Method``.

    Memory: the projections of the training items, n x K, and the covariance, width x width.
    """

    Settings: ClassVar[type] = ITQSettings
    needs: ClassVar[frozenset[str]] = frozenset({"image"})
    epochs = 0

    def __init__(self, settings: ITQSettings, problem: Problem, device: str = "cpu") -> None:
        self.settings, self.problem = settings, problem
        self.mean: Floats = np.zeros(0)
        self.projection: Floats = np.zeros((0, 0))

    def check(self, train: Items) -> None:
        """See ``Method``."""
        check_rows(train, "image")
        rows = train.rows["image"][train.has["image"]]
        if not (rows != rows[0]).any():
            raise ConfigError("data: all pictures have the same features; give others")
        check_components("itq", train, self.problem.bits)

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``."""
        features = train.rows["image"][train.has["image"]]
        self.mean = np.mean(features, axis=0, dtype=np.float64)
        components = principal_components(features, self.mean, self.problem.bits)
        projected = np.concatenate(
            [(features[block] - self.mean) @ components for block in blocks(len(features))]
        )
        rng = np.random.default_rng(self.problem.seed)
        rotation = nearest_rotation(projected, self.settings.iterations, rng)
        # One scale for all bits: a query's outputs, cut to -1..1, keep what is near a threshold.
        self.projection = components @ rotation / np.sqrt(np.mean(projected**2))

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``."""
        modality, features = only_modality(rows)
        outputs = np.zeros((len(features), self.problem.bits), dtype=np.float32)
        for block in blocks(len(features)):
            outputs[block] = (features[block] - self.mean) @ self.projection
        return Signs()(outputs, modality)

    def state(self) -> dict[str, NDArray[Any]]:
        """See ``Method``."""
        return {"mean": self.mean, "projection": self.projection}

    def meta(self) -> dict[str, Any]:
        """See ``Method``."""
        return {"temperatures": {}}

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        self.mean, self.projection = state["mean"], state["projection"]
        width = self.problem.shapes["image"]
        if self.mean.shape != width or self.projection.shape != (*width, self.problem.bits):
            raise ValueError("mean or projection are of another shape")

    @classmethod
    def facts(cls, settings: ITQSettings) -> dict[str, Any]:
        """See ``Method``."""
        return {"iterations": settings.iterations}


PRESET = Preset(ITQ, ITQSettings())
