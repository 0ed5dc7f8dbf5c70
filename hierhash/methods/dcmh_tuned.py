"""Flat DCMH on the same network, optimiser, batch norm and epochs as ``hierarchical_dcmh``."""

from __future__ import annotations

from dataclasses import replace

from hierhash.methods import hierarchical_dcmh
from hierhash.methods.dcmh import DCMH
from hierhash.methods.dcmh_settings import HeadSettings, SimilaritySettings
from hierhash.methods.method import Preset

SETTINGS = replace(
    hierarchical_dcmh.SETTINGS,
    similarity=SimilaritySettings(pairs="leaf"),
    head=HeadSettings(kind="none"),
)
PRESET = Preset(DCMH, SETTINGS, revision=1)
