"""Features are kept under all that they depend on."""

from __future__ import annotations

import torch
from torch import nn

from hierhash.features.backbone import READING, BackboneSpec, weights_digest
from hierhash.features.image_backbones import image_backbone


def test_other_weights_or_facts_are_another_key():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    first = weights_digest(net)
    assert weights_digest(net) == first
    assert weights_digest(net, ["mean 0.5"]) != first
    with torch.no_grad():
        net[1].running_mean += 1
    assert weights_digest(net) != first


def test_every_key_names_how_pictures_are_read_and_their_size():
    for name in ("pixels", "torchvision:squeezenet1_1"):
        key = image_backbone(BackboneSpec(name, (64, 48))).key
        assert key.endswith(f"64x48-{READING}")
