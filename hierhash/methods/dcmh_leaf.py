"""DCMH with the official network and schedule, gamma, eta and learning rate left to validation.

The similarity is "same leaf": the flat reading of a label tree.
"""

from __future__ import annotations

from dataclasses import replace

from hierhash.methods import dcmh_published
from hierhash.methods.dcmh import DCMH
from hierhash.methods.method import Preset
from hierhash.training.settings import Objective

SETTINGS = replace(
    dcmh_published.SETTINGS,
    loss=Objective(gamma=1.0, eta=0.0),
    training=replace(
        dcmh_published.OFFICIAL_LOOP, order="tensorflow", schedule="linspace", lr_final=1e-6
    ),
)
PRESET = Preset(DCMH, SETTINGS, revision=1)
