"""A frozen network that reads stretched, normalised pictures: what most image backbones are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from hierhash.errors import ConfigError
from hierhash.features.backbone import READING, BackboneSpec, stacked, weights_digest


class FrozenNet:
    """Pictures are stretched to the spec's size, scaled to [0, 1] and normalised.

    Args:
        name: Names the architecture and every setting of it that its weights do not show.
        net: The network; it is put in evaluation mode and on the spec's device.
        encode: The part of ``net`` that turns normalised pictures, float32 (n, 3, height, width),
            into features (n, ...); trailing axes are flattened.
        spec: Input size and device.
        mean: Mean of each channel that the network was trained with.
        deviation: Standard deviation of each channel.
        made_for: (height, width) the network was trained at, for the error message.

    Raises:
        ConfigError: The network cannot read pictures of the spec's size.
    """

    def __init__(
        self,
        name: str,
        net: nn.Module,
        encode: Callable[[Tensor], Tensor],
        spec: BackboneSpec,
        mean: Sequence[float],
        deviation: Sequence[float],
        made_for: tuple[int, int] = (224, 224),
    ) -> None:
        self.size, self.device = spec.size, spec.device
        self._encode = encode
        self.net = net.eval()
        self.network = _Normalised(net, encode, mean, deviation, spec.device).eval()
        self._check_size(spec, made_for)
        digest = weights_digest(net, [name, *map(repr, mean), *map(repr, deviation)])
        plain = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)[:60]
        self.key = f"{plain}-{digest}-{spec.size[0]}x{spec.size[1]}-{READING}"
        net.to(spec.device)

    def __call__(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Features, float32 of shape (n, d), of RGB pictures."""
        return self.features(stacked(images, self.size))

    @torch.inference_mode()
    def features(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """As of pictures, of pixels of shape (n, height, width, 3)."""
        rows: NDArray[np.float32] = self.network(torch.from_numpy(pixels)).cpu().numpy()
        return rows

    @torch.inference_mode()
    def _check_size(self, spec: BackboneSpec, made_for: tuple[int, int]) -> None:
        # Transformers refuse other sizes than their own, each with an error of its own kind.
        try:
            self._encode(torch.zeros(1, 3, *self.size))
        except (AssertionError, RuntimeError, ValueError) as error:
            raise ConfigError(
                f"features.image.size: {spec.name} cannot read pictures of "
                f"{self.size[0]}x{self.size[1]}; set size: [{made_for[0]}, {made_for[1]}]"
            ) from error


class _Normalised(nn.Module):
    """Pixels to features: they are scaled and normalised where they are, then go to the device."""

    def __init__(
        self,
        net: nn.Module,
        encode: Callable[[Tensor], Tensor],
        mean: Sequence[float],
        deviation: Sequence[float],
        device: str,
    ) -> None:
        super().__init__()
        self.net = net  # so that the weights are found; ``encode`` uses them
        self._encode = encode if encode is not net else None
        self._mean = torch.tensor(mean).view(1, 3, 1, 1)
        self._deviation = torch.tensor(deviation).view(1, 3, 1, 1)
        self._device = device

    def forward(self, pixels: Tensor) -> Tensor:
        batch = pixels.permute(0, 3, 1, 2).float() / 255.0
        encode = self._encode or self.net
        output: Tensor = encode(((batch - self._mean) / self._deviation).to(self._device))
        return output.flatten(1).float()
