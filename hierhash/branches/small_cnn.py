"""A small convolutional image branch, for end-to-end training on a CPU in minutes."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class SmallCNN(nn.Module):
    """Four 3x3 convolutions with batch norm, global average pooling, hash layer.

    Args:
        bits: K.

    Example:
        >>> SmallCNN(16)(torch.zeros(2, 3, 48, 48, dtype=torch.uint8)).shape
        torch.Size([2, 16])
    """

    def __init__(self, bits: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        width = 3
        for wider in (32, 64, 128, 256):
            layers += [
                nn.Conv2d(width, wider, 3, padding=1, bias=False),
                nn.BatchNorm2d(wider),
                nn.ReLU(),
                nn.MaxPool2d(2),
            ]
            width = wider
        self.features = nn.Sequential(*layers)
        self.hash_layer = nn.Sequential(nn.Linear(width, bits), nn.BatchNorm1d(bits, affine=False))

    def forward(self, pixels: Tensor) -> Tensor:
        """Real outputs, float32 (b, K), of pixels 0..255, (b, 3, height, width)."""
        maps = self.features((pixels.float() - 127.5) / 64.0)
        outputs: Tensor = self.hash_layer(torch.mean(maps, dim=(2, 3)))
        return outputs
