"""One-bit quantisation of picture features: the signs of their first K principal components.

What ten lines give without training a rotation (PCA hashing; ITQ is its rotation). Pictures alone.
"""

from __future__ import annotations

import numpy as np

from hierhash.codes.coded import Coded
from hierhash.codes.coding import Signs
from hierhash.methods.method import Preset, Role, Rows, only_modality
from hierhash.methods.one_modality import FeatureSettings, OneModality, check_components
from hierhash.training.fit import Watch
from hierhash.training.items import Items


class FeaturesSign(OneModality):
    """The signs as a ``Method``. Memory: the features once more, and d x d numbers."""

    def check(self, train: Items) -> None:
        """See ``Method``."""
        super().check(train)
        check_components("features_sign", train, self.problem.bits)

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``."""
        from sklearn.decomposition import PCA

        rows = self.rows(self.known(train))
        found = PCA(self.problem.bits, svd_solver="covariance_eigh").fit(rows)
        # One scale for all bits; a query's outputs are cut to -1..1.
        size = float(np.sqrt(np.mean(found.explained_variance_))) or 1.0
        self.ready = {
            "mean": found.mean_.astype(np.float32),
            "components": (found.components_ / size).astype(np.float32),
        }

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``."""
        modality, features = only_modality(rows)
        outputs = (self.rows(features) - self.ready["mean"]) @ self.ready["components"].T
        return Signs()(outputs, modality)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """See ``OneModality``."""
        return {"mean": (self.width,), "components": (self.problem.bits, self.width)}


PRESET = Preset(
    FeaturesSign, FeatureSettings(), trials=({"model.unit": True}, {"model.unit": False})
)
