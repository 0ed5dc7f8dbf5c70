"""``dcmh_leaf`` with "similar = any shared label" where labels include ancestors.

It is what DCMH becomes when multi-hot labels hold the ancestors too: a method of level 1.
"""

from __future__ import annotations

from dataclasses import replace

from hierhash.methods import dcmh_leaf
from hierhash.methods.dcmh import DCMH
from hierhash.methods.dcmh_settings import SimilaritySettings
from hierhash.methods.method import Preset

SETTINGS = replace(dcmh_leaf.SETTINGS, similarity=SimilaritySettings(pairs="any"))
PRESET = Preset(DCMH, SETTINGS, revision=1)
