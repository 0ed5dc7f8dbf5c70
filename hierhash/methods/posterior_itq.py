"""ITQ (Gong & Lazebnik, CVPR 2011) of our network's class probabilities.

The principal components of ``posterior_signs``, turned so that their signs lose least.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.principal_rotation import nearest_rotation
from hierhash.methods.method import Preset
from hierhash.methods.posterior_codes import Floats, PosteriorSettings
from hierhash.methods.posterior_signs import PosteriorSigns

TURNS = 50


class PosteriorITQ(PosteriorSigns):
    """See the module's words."""

    def turned(self, vectors: Floats, components: NDArray[np.float64]) -> NDArray[np.float64]:
        """The components after ITQ's rotation."""
        rng = np.random.default_rng(self.problem.seed)
        projected = (vectors - self.mean) @ components
        return np.asarray(components @ nearest_rotation(projected, TURNS, rng))


PRESET = Preset(PosteriorITQ, PosteriorSettings())
