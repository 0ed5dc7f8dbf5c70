"""What image backbones share: their protocol, what a config says of one, sizes and keys."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

if TYPE_CHECKING:
    from torch import nn


class ImageBackbone(Protocol):
    """A frozen picture encoder.

    ``key`` names everything that the output depends on (network, weights, input size), so that a
    cached feature is never taken for another. ``size`` is the (height, width) it reads.
    """

    key: str
    size: tuple[int, int]

    def __call__(self, images: Sequence[Image.Image]) -> NDArray[Any]:
        """Features of a batch of RGB pictures, one row each."""
        ...

    def features(self, pixels: NDArray[np.uint8]) -> NDArray[Any]:
        """Features of pictures that are resized already, uint8 of shape (n, height, width, 3)."""
        ...


@runtime_checkable
class NetBackbone(ImageBackbone, Protocol):
    """A backbone that is one torch network, which another engine can run.

    ``network`` turns pixels, uint8 of shape (n, height, width, 3), into float32 rows (n, d):
    normalising them is part of it, so that no engine has to know how.
    """

    network: nn.Module
    device: str


READING = "r2"
"""Part of every cache key: raised when decoding, turning or resizing changes a pixel."""


@dataclass(frozen=True)
class BackboneSpec:
    """What a config says of an image backbone.

    Args:
        name: A name of ``backbone_names()``.
        size: (height, width) the pictures are resized to.
        weights: A weights file on disk (a folder for ``huggingface``); None takes the packaged or
            pretrained ones, or, for torchvision nets, random weights.
        device: Where the network runs.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    name: str = "efficientnet_lite0"
    size: tuple[int, int] = (128, 128)
    weights: Path | None = None
    device: str = "cpu"


def weights_digest(net: Any, facts: Sequence[str] = ()) -> str:
    """A hash of all that a network's features depend on, for its cache key.

    Args:
        net: A torch module; its parameters and running statistics count.
        facts: What the weights do not show, such as the normalisation of pixels.
    """
    digest = hashlib.sha256("\n".join(facts).encode())
    for name, tensor in net.state_dict().items():
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]


def resize(image: Image.Image, size: tuple[int, int]) -> NDArray[np.uint8]:
    """An RGB picture as uint8 of shape (height, width, 3), stretched to ``size``."""
    height, width = size
    return np.asarray(image.convert("RGB").resize((width, height), Image.Resampling.BILINEAR))


def stacked(images: Sequence[Image.Image], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Pictures stretched to ``size``, uint8 of shape (n, height, width, 3).

    Example:
        >>> stacked([Image.new("RGB", (8, 8), "red")], (2, 3)).shape
        (1, 2, 3, 3)
    """
    return np.stack([resize(image, size) for image in images])
