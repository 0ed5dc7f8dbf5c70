"""Multitask DCMH without the tree: leaf similarity and a leaf classifier.

It is ``hierarchical_dcmh`` in everything but the tree, so what the latter gains over it is due to
the tree.
"""

from __future__ import annotations

from dataclasses import replace

from hierhash.methods import hierarchical_dcmh
from hierhash.methods.dcmh import DCMH
from hierhash.methods.dcmh_settings import HeadSettings, SimilaritySettings
from hierhash.methods.method import Preset

SETTINGS = replace(
    hierarchical_dcmh.SETTINGS,
    similarity=SimilaritySettings(pairs="leaf"),
    head=HeadSettings(kind="leaf"),
)
PRESET = Preset(DCMH, SETTINGS, revision=1)
