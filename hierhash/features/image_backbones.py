"""The registry of image backbones: frozen networks that turn pictures into feature rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hierhash.errors import ConfigError, did_you_mean


class ImageBackbone(Protocol):
    """A frozen picture encoder.

    ``key`` names everything that the output depends on (network, weights, input size), so that a
    cached feature is never taken for another.
    """

    key: str

    def __call__(self, images: Sequence[Image.Image]) -> NDArray[Any]:
        """Features of a batch of RGB pictures, one row each."""
        ...


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


def _efficientnet_lite0(spec: BackboneSpec) -> ImageBackbone:
    from hierhash.features.efficientnet_lite import EfficientNetLite0

    return EfficientNetLite0(spec.size, spec.device)


def _torchvision(spec: BackboneSpec) -> ImageBackbone:
    from hierhash.features.torchvision_nets import TorchvisionNet

    return TorchvisionNet(spec.name.removeprefix("torchvision:"), spec)


def _timm(spec: BackboneSpec) -> ImageBackbone:
    from hierhash.features.timm_nets import TimmNet

    return TimmNet(spec.name.removeprefix("timm:"), spec)


def _open_clip(spec: BackboneSpec) -> ImageBackbone:
    from hierhash.features.open_clip_images import OpenClipImages

    return OpenClipImages(spec.name.removeprefix("open_clip:"), spec)


def _huggingface(spec: BackboneSpec) -> ImageBackbone:
    from hierhash.features.huggingface_images import HuggingFaceImages

    return HuggingFaceImages(spec.name.removeprefix("huggingface:"), spec)


def _pixels(spec: BackboneSpec) -> ImageBackbone:
    from hierhash.features.pixels import Pixels

    return Pixels(spec.size)


_BACKBONES: dict[str, Callable[[BackboneSpec], ImageBackbone]] = {
    "efficientnet_lite0": _efficientnet_lite0,
    "pixels": _pixels,
    "torchvision:": _torchvision,
    "timm:": _timm,
    "open_clip:": _open_clip,
    "huggingface:": _huggingface,
}


def backbone_names() -> list[str]:
    """Names a config may give.

    Libraries take a model after a colon: ``torchvision:resnet18``, ``timm:resnet18.a1_in1k``,
    ``open_clip:ViT-B-32/laion2b_s34b_b79k`` (weights after the slash: a tag or a file),
    ``huggingface:google/vit-base-patch16-224`` (a repository or a folder).
    """
    return list(_BACKBONES)


def image_backbone(spec: BackboneSpec) -> ImageBackbone:
    """Builds the backbone a spec names.

    Raises:
        ConfigError: The name is unknown, the library it needs is not installed, or its weights
            cannot be had.
    """
    if problem := backbone_problem(spec.name):
        raise ConfigError(f"features.image.name: {problem}")
    return _BACKBONES[_family(spec.name)](spec)


def backbone_problem(name: str) -> str | None:
    """What is wrong with the name of a backbone, or nothing; the model after a colon is not read.

    Example:
        >>> backbone_problem("pixls")
        "no image backbone 'pixls'; did you mean 'pixels'?"
    """
    family = _family(name)
    if family not in _BACKBONES:
        hint = did_you_mean(family, _BACKBONES) or f"; use one of {', '.join(backbone_names())}"
        return f"no image backbone '{name}'{hint}"
    return f"'{name}' names no model; add one after the colon" if name.endswith(":") else None


def _family(name: str) -> str:
    family, colon, _ = name.partition(":")
    return family + colon


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
