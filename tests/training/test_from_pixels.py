"""End to end: the small CNN learns from the pixels of made-up pictures."""

from __future__ import annotations

import numpy as np

from hierhash.branches.image_networks import ImageBranchSettings
from hierhash.branches.mlp import MLPSettings
from hierhash.methods.dcmh_loop import build_loop
from hierhash.methods.dcmh_settings import DCMHSettings
from hierhash.training.settings import LoopSettings, Objective
from tests.training.small_problem import LEAVES, TREE, both

# A bar across or down, bright or dark: no single pixel tells the class.
ACROSS, BRIGHT = (True, True, False, False), (True, False, True, False)


def pictures(leaf, rng):
    pixels = rng.integers(60, 120, (len(leaf), 3, 16, 16)).astype(np.uint8)
    for row, kind in enumerate(leaf):
        place = int(rng.integers(2, 12))
        bar = (slice(None), place) if ACROSS[kind] else (slice(None), slice(None), place)
        pixels[(row, *bar)] = 250 if BRIGHT[kind] else 0
    return pixels


def test_the_small_cnn_learns_from_pixels():
    rng = np.random.default_rng(0)
    leaf = np.arange(96) % 4
    text = (np.eye(4)[leaf] + 0.2 * rng.standard_normal((96, 4))).astype(np.float32)
    labels = TREE.encode([[LEAVES[i]] for i in leaf])
    items = both(pictures(leaf, rng), text, labels)
    settings = DCMHSettings(
        loss=Objective(gamma=1.0, eta=0.0),
        image=ImageBranchSettings(network="small_cnn"),
        text=MLPSettings(hidden=16),
        training=LoopSettings(epochs=6, batch_size=16, lr=3e-3),
    )
    loop = build_loop(settings, TREE, items, bits=16, seed=0)
    first = loop.run_epoch()
    for _ in range(5):
        last = loop.run_epoch()
    assert last["image/classification"] < 0.6 * first["image/classification"]
    assert last["image/likelihood"] < 0.9 * first["image/likelihood"]
