"""Flat DCMH on the same network, optimiser, batch norm and epochs as ``hierarchical_dcmh``."""

from __future__ import annotations

from dataclasses import replace

from hierhash.methods import hierarchical_dcmh
from hierhash.methods.dcmh import HeadSettings, SimilaritySettings

REVISION = 1  # raise it when the same settings give other results
SETTINGS = replace(
    hierarchical_dcmh.SETTINGS,
    similarity=SimilaritySettings(pairs="leaf"),
    head=HeadSettings(kind="none"),
)
