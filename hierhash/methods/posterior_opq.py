"""OPQ (Ge, He, Ke, Sun, PAMI 2014) of our network's class probabilities: PQ after a rotation."""

from __future__ import annotations

from typing import ClassVar

from hierhash.methods.method import Preset
from hierhash.methods.posterior_codes import PosteriorSettings
from hierhash.methods.posterior_pq import PosteriorPQ


class PosteriorOPQ(PosteriorPQ):
    """See the module's words."""

    rotated: ClassVar[bool] = True


PRESET = Preset(PosteriorOPQ, PosteriorSettings())
