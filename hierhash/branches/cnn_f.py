"""CNN-F, the image network of DCMH, and the loader of its ImageNet weights.

Chatfield et al., BMVC 2014; Table 1 of Jiang & Li 2017 (whose "265" channels of conv2 are 256).
Normalisation is the original one, a window of 5 channels with k = 2, alpha = 1e-4 an element and
beta = 0.75; PyTorch divides alpha by the window, so it is given 5e-4.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from hierhash.errors import ConfigError

_CONVOLUTIONS = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7")


class CNNF(nn.Module):
    """Five convolutions, two fully connected layers (as convolutions) and the hash layer.

    Args:
        bits: K.
    """

    mean: Tensor

    def __init__(self, bits: int) -> None:
        super().__init__()
        # The mean picture of ImageNet by default; the weights file brings its own.
        mean = torch.tensor([122.7, 116.7, 104.0]).view(1, 3, 1, 1)
        self.register_buffer("mean", mean.expand(1, 3, 224, 224).clone())
        self.conv1 = nn.Conv2d(3, 64, 11, stride=4)
        self.conv2 = nn.Conv2d(64, 256, 5, padding=2)
        self.conv3 = nn.Conv2d(256, 256, 3, padding=1)
        self.conv4 = nn.Conv2d(256, 256, 3, padding=1)
        self.conv5 = nn.Conv2d(256, 256, 3, padding=1)
        self.fc6 = nn.Conv2d(256, 4096, 6)
        self.fc7 = nn.Conv2d(4096, 4096, 1)
        self.fc8 = nn.Linear(4096, bits)
        self.norm = nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)
        self.pool = nn.MaxPool2d(3, stride=2)
        self.pool1 = nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.MaxPool2d(3, stride=2))
        nn.init.normal_(self.fc8.weight, std=0.01)
        nn.init.normal_(self.fc8.bias, std=0.01)

    def forward(self, pixels: Tensor) -> Tensor:
        """Real outputs, float32 (b, K), of RGB pixels 0..255, (b, 3, 224, 224)."""
        maps = pixels.float() - self.mean
        # Padding with zeros is the same as with minus infinity here: inputs follow a ReLU.
        maps = self.pool1(self.norm(torch.relu(self.conv1(maps))))
        maps = self.pool(self.norm(torch.relu(self.conv2(maps))))
        maps = torch.relu(self.conv3(maps))
        maps = torch.relu(self.conv4(maps))
        maps = self.pool(torch.relu(self.conv5(maps)))
        maps = torch.relu(self.fc7(torch.relu(self.fc6(maps))))
        outputs: Tensor = self.fc8(maps.flatten(1))
        return outputs


def load_imagenet_vgg_f(network: CNNF, path: Path) -> None:
    """Fills the first seven layers from the authors' ``imagenet-vgg-f.mat``.

    Kernels are stored height x width x in x out and are permuted to out x in x height x width; the
    mean picture comes with them.

    Raises:
        ConfigError: The file is missing, not a .mat file, or its layers have other shapes.
    """
    from scipy.io import loadmat

    try:
        content = loadmat(path, squeeze_me=True, struct_as_record=False)
    except (OSError, ValueError, NotImplementedError, TypeError) as error:
        raise ConfigError(f"{path}: cannot be read as imagenet-vgg-f.mat ({error})") from error
    if "layers" not in content:
        raise ConfigError(f"{path}: holds no 'layers'; it is not imagenet-vgg-f.mat")
    stored = {str(layer.name): layer for layer in content["layers"]}
    for name in _CONVOLUTIONS:
        if name not in stored:
            raise ConfigError(f"{path}: layer '{name}' is missing; it is not imagenet-vgg-f.mat")
        kernel, bias = _weights(stored[name])
        layer: nn.Conv2d = getattr(network, name)
        kernel = kernel.reshape(*layer.kernel_size, layer.in_channels, layer.out_channels)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(kernel).permute(3, 2, 0, 1))
            layer.bias.copy_(torch.from_numpy(bias))  # type: ignore[union-attr]  # has a bias
    mean = _mean_picture(content)
    if mean is not None:
        network.mean.copy_(torch.from_numpy(mean).permute(2, 0, 1)[None])


def _weights(layer: Any) -> tuple[Any, Any]:
    """Kernel and bias of a stored layer, in the older (filters) or newer (weights) form."""
    kernel, bias = layer.weights if hasattr(layer, "weights") else (layer.filters, layer.biases)
    return np.asarray(kernel, dtype=np.float32), np.asarray(bias, dtype=np.float32).ravel()


def _mean_picture(content: dict[str, Any]) -> Any | None:
    for holder in ("normalization", "meta"):
        found = content.get(holder)
        found = getattr(found, "normalization", found)
        mean = getattr(found, "averageImage", None)
        if mean is not None and np.shape(mean) == (224, 224, 3):
            return np.asarray(mean, dtype=np.float32)
    return None
