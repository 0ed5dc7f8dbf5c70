"""A backbone of a tiny network, exported in a second, and pictures for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from hierhash.data.images import ImageRef
from hierhash.features.backbone import BackboneSpec
from hierhash.features.frozen_net import FrozenNet

SIZE = (16, 12)


def small_backbone(seed: int = 0) -> FrozenNet:
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )
    spec = BackboneSpec("small", SIZE)
    return FrozenNet("small", net, net, spec, (0.5, 0.5, 0.5), (0.2, 0.2, 0.2))


def some_pixels(n: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, *SIZE, 3), dtype=np.uint8)


def write_pictures(folder: Path, n: int) -> list[ImageRef]:
    rng = np.random.default_rng(0)
    found = []
    for row in range(n):
        path = folder / f"{row}.png"
        Image.fromarray(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(path)
        found.append(ImageRef(path))
    return found
