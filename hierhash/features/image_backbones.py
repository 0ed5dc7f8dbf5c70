"""The registry of image backbones: frozen networks that turn pictures into feature rows."""

from __future__ import annotations

from collections.abc import Callable

from hierhash.errors import ConfigError
from hierhash.features.backbone import BackboneSpec, ImageBackbone
from hierhash.features.names import family, name_problem


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
    return _BACKBONES[family(spec.name)](spec)


def backbone_problem(name: str) -> str | None:
    """What is wrong with the name of a backbone, or nothing; the model after a colon is not read.

    Example:
        >>> backbone_problem("pixls")
        "no image backbone 'pixls'; did you mean 'pixels'?"
    """
    return name_problem("image backbone", name, _BACKBONES)
