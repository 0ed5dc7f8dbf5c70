"""DCMH as published (Jiang & Li, CVPR 2017): gamma = eta = 1 and the authors' MATLAB schedule.

On frozen features the image branch is DCMH-I of the paper (the layers below are not trained). The
similarity is "same leaf". With many leaves few pairs are similar and eta = 1, taken over all n,
outweighs the likelihood: this row shows what the published constants do, not the best of DCMH.
"""

from __future__ import annotations

from hierhash.branches.image_networks import ImageBranchSettings
from hierhash.branches.mlp import MLPSettings
from hierhash.methods.dcmh import DCMH
from hierhash.methods.dcmh_settings import DCMHSettings, HeadSettings, SimilaritySettings
from hierhash.methods.method import Preset
from hierhash.training.settings import LoopSettings, Objective

OFFICIAL_SHAPE = MLPSettings(hidden=8192, batch_norm=False, init="dcmh")
OFFICIAL_LOOP = LoopSettings(
    epochs=500,
    order="matlab",
    optimiser="sgd",
    schedule="logspace",
    lr=10**-1.5,
    lr_final=1e-3,
    weight_decay=5e-4,
    sampling="permutation",
)

SETTINGS = DCMHSettings(
    similarity=SimilaritySettings(pairs="leaf"),
    head=HeadSettings(kind="none"),
    loss=Objective(gamma=1.0, eta=1.0, scale=1.0),
    image=ImageBranchSettings(hidden=0, batch_norm=False, init="dcmh"),
    text=OFFICIAL_SHAPE,
    training=OFFICIAL_LOOP,
)
PRESET = Preset(DCMH, SETTINGS, revision=1)
