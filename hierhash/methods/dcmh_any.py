"""``dcmh_leaf`` with "similar = any shared label" where labels include ancestors.

It is what DCMH becomes when multi-hot labels hold the ancestors too: a method of level 1.
"""

from __future__ import annotations

from dataclasses import replace

from hierhash.methods import dcmh_leaf
from hierhash.methods.dcmh import SimilaritySettings

REVISION = 1  # raise it when the same settings give other results
SETTINGS = replace(dcmh_leaf.SETTINGS, similarity=SimilaritySettings(pairs="any"))
