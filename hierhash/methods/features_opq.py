"""OPQ of picture features (Ge, He, Ke, Sun, PAMI 2014): product quantisation after a rotation.

The rotation is learnt by the paper's non-parametric form, as faiss has it. Each of its 50 turns
takes a singular value decomposition as wide as the vectors, so features go through their first
principal components before. K / 8 bytes an item; pictures alone, trained without labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge, Le
from pydantic import Strict

from hierhash.codes.product_quantiser import ProductQuantiser
from hierhash.methods.method import Preset
from hierhash.methods.one_modality import FeatureSettings, Floats
from hierhash.methods.quantised import Quantised
from hierhash.training.items import Items


@dataclass(frozen=True)
class OPQSettings(FeatureSettings):
    """Settings of OPQ.

    Args:
        components: Principal components that are kept, where there are so many.
    """

    components: Annotated[int, Strict(), Ge(1), Le(4096)] = 128


class FeaturesOPQ(Quantised):
    """OPQ as a ``Method``. Memory: as ``Quantised``, and d x d numbers."""

    Settings: ClassVar[type] = OPQSettings

    def most_bytes(self, train: Items) -> int:
        """See ``Quantised``."""
        return int(min(self.settings.components, self.width, train.has["image"].sum()))

    def trained(self, rows: Floats) -> ProductQuantiser:
        """See ``Quantised``."""
        from sklearn.decomposition import PCA

        count = min(self.settings.components, self.width, len(rows))
        kept = PCA(count, svd_solver="covariance_eigh").fit(rows)
        width, seed = self.problem.bits // 8, self.problem.seed
        own = ProductQuantiser.train(kept.transform(rows), width, seed, rotated=True)
        # Both steps as one: centroids are moved back by the mean, which nothing takes off.
        rotation = kept.components_.T @ own.rotation
        moved = np.stack(np.split(kept.mean_ @ rotation, width))
        centroids = own.centroids + moved[:, None]
        return ProductQuantiser(rotation.astype(np.float32), centroids.astype(np.float32))

    @classmethod
    def facts(cls, settings: OPQSettings) -> dict[str, Any]:
        """See ``Method``."""
        return {"unit": settings.unit, "components": settings.components}


PRESET = Preset(
    FeaturesOPQ,
    OPQSettings(),
    trials=(
        {"model.unit": True},
        {"model.unit": False},
        {"model.components": 64},
        {"model.components": 256},
    ),
)
