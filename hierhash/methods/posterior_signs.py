"""Signs of principal components of our network's class probabilities: one bit each.

What ten lines of scikit-learn make of posteriors at any length; see ``posterior_codes``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.coding import Signs
from hierhash.codes.principal_rotation import principal_components
from hierhash.methods.method import Preset, Role
from hierhash.methods.posterior_codes import Floats, PosteriorCodes, PosteriorSettings


class PosteriorSigns(PosteriorCodes):
    """See the module's words; bits that are more than the classes say nothing."""

    mean: NDArray[np.float64]
    projection: NDArray[np.float64]

    def learn(self, vectors: Floats) -> None:
        """See ``PosteriorCodes``."""
        self.mean = vectors.mean(axis=0, dtype=np.float64)
        count = min(self.problem.bits, vectors.shape[1])
        components = principal_components(vectors, self.mean, count)
        # Chances of a level sum to 1, so some directions have no spread: their signs are rounding.
        sizes = np.sqrt(np.mean(((vectors - self.mean) @ components) ** 2, axis=0))
        components = components * (sizes > 1e-3 * sizes.max())
        turned = self.turned(vectors, components)
        # One scale for all bits: a query's outputs are cut to -1..1.
        spread = np.sqrt(np.mean(((vectors - self.mean) @ turned) ** 2)) or 1.0
        self.projection = np.pad(turned / spread, ((0, 0), (0, self.problem.bits - count)))

    def turned(self, vectors: Floats, components: NDArray[np.float64]) -> NDArray[np.float64]:
        """The components as they are; ``posterior_itq`` turns them."""
        return components

    def code(self, vectors: Floats, role: Role) -> Coded:
        """See ``PosteriorCodes``."""
        outputs = (vectors - self.mean) @ self.projection
        return Signs()(outputs.astype(np.float32), "")

    def quantiser_state(self) -> dict[str, NDArray[Any]]:
        """See ``PosteriorCodes``."""
        return {"mean": self.mean, "projection": self.projection}

    def load_quantiser(self, state: Mapping[str, NDArray[Any]]) -> None:
        """See ``PosteriorCodes``."""
        width = sum(self.problem.sizes)
        shapes = state["mean"].shape, state["projection"].shape
        if shapes != ((width,), (width, self.problem.bits)):
            raise ValueError("mean or projection are of another shape")
        self.mean, self.projection = state["mean"], state["projection"]


PRESET = Preset(PosteriorSigns, PosteriorSettings())
