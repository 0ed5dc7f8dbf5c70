"""EfficientNet-Lite0 from pixels: what a frozen backbone gives, and its last blocks trained, too.

The counterpart of DCMH's CNN-F, whose seven layers start from ImageNet and are trained on. Stem and
first blocks keep their weights; so do the statistics of every batch normalisation of the network,
which a few thousand pictures would only disturb.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from hierhash.branches.mlp import MLPBranch, MLPSettings
from hierhash.features.efficientnet_lite import lite0

TRAINED = 4
"""Blocks at the end, of 16, that are trained: with what follows 2.4 of 3.4 million weights."""
WIDTH = 1280


class PretrainedLite0(nn.Module):
    """Pixels to the means of the last maps, standardised, and from there an MLP branch.

    Args:
        bits: K.
        settings: Shape of the MLP.

    Raises:
        ConfigError: The package with the weights is not installed.

    Example:
        >>> branch = PretrainedLite0(16, MLPSettings(hidden=8)).eval()
        >>> branch(torch.zeros(2, 3, 64, 64, dtype=torch.uint8)).shape
        torch.Size([2, 16])
    """

    def __init__(self, bits: int, settings: MLPSettings) -> None:
        super().__init__()
        net: Any = lite0("model.image.network")
        self.first = nn.Sequential(net._conv_stem, net._bn0, net._swish, *net._blocks[:-TRAINED])
        self.last = nn.Sequential(*net._blocks[-TRAINED:], net._conv_head, net._bn1, net._swish)
        self.first.requires_grad_(False)
        self.standard = nn.BatchNorm1d(WIDTH, affine=False)
        self.branch = MLPBranch(WIDTH, bits, settings)
        self.train()

    def train(self, mode: bool = True) -> PretrainedLite0:
        """As torch's; the pretrained layers keep their statistics."""
        super().train(mode)
        self.first.eval()
        self.last.eval()
        return self

    def forward(self, pixels: Tensor) -> Tensor:
        """Real outputs, float32 (b, K), of pixels 0..255, (b, 3, height, width)."""
        with torch.no_grad():
            scaled = (pixels.float() - 127.0) / 128.0
            # About 1.4 times as fast on a CPU as the order that they come in.
            maps = self.first(scaled.contiguous(memory_format=torch.channels_last))
        pooled = torch.mean(self.last(maps), dim=(2, 3))
        outputs: Tensor = self.branch(self.standard(pooled))
        return outputs
