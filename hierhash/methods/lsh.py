"""LSH, random hyperplanes through the mean picture (Charikar, STOC 2002): a floor, not learnt.

Bit b is the side of hyperplane b that an item's raw features lie on; two items differ in a bit with
chance angle / pi, the angle at the mean (section 3 of the paper). Pictures alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hierhash.codes.coded import Coded
from hierhash.codes.coding import Signs
from hierhash.methods.method import Preset, Role, Rows, only_modality
from hierhash.methods.one_modality import FeatureSettings, OneModality
from hierhash.training.fit import Watch
from hierhash.training.items import Items


class LSH(OneModality):
    """LSH as a ``Method``. Memory: the features once more, and K x d numbers."""

    @property
    def prefixes(self) -> Sequence[int]:
        """See ``Method``: the first planes are planes."""
        return range(1, self.problem.bits)

    def prefix(self, bits: int) -> LSH:
        """The fitted method with its first planes."""
        short = LSH(self.settings, replace(self.problem, bits=bits))
        short.ready = self.ready | {"planes": self.ready["planes"][:bits]}
        return short

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``."""
        rows = self.rows(self.known(train))
        mean = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
        rng = np.random.default_rng(self.problem.seed)
        drawn = rng.standard_normal((self.problem.bits, self.width))
        # Outputs of one size on average; a query's are cut to -1..1.
        size = float(np.sqrt(np.mean((rows - mean) ** 2) * self.width)) or 1.0
        self.ready = {"mean": mean, "planes": (drawn / size).astype(np.float32)}

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``."""
        modality, features = only_modality(rows)
        outputs = (self.rows(features) - self.ready["mean"]) @ self.ready["planes"].T
        return Signs()(outputs, modality)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """See ``OneModality``."""
        return {"mean": (self.width,), "planes": (self.problem.bits, self.width)}


PRESET = Preset(LSH, FeatureSettings(), trials=({"model.unit": True}, {"model.unit": False}))
