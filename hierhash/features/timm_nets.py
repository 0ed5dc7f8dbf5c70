"""Networks of timm as frozen feature extractors, with its pretrained weights or a file's."""

from __future__ import annotations

from typing import Any

from hierhash.errors import ConfigError, did_you_mean
from hierhash.features.backbone import BackboneSpec
from hierhash.features.frozen_net import FrozenNet
from hierhash.features.hub import loading, not_installed


class TimmNet(FrozenNet):
    """The pooled features of a timm network, normalised as it was trained.

    Args:
        name: A model name of timm, with or without the tag of its weights: ``resnet18`` or
            ``resnet18.a1_in1k``.
        spec: Input size, device, and a weights file (safetensors or a torch state dict) to use in
            place of the pretrained weights; its classifier, if any, is left out.

    Raises:
        ConfigError: timm is not installed, has no such model or no weights of it, the weights
            cannot be loaded, or the network cannot read pictures of this size.
    """

    def __init__(self, name: str, spec: BackboneSpec) -> None:
        try:
            import timm
        except ImportError as error:
            raise not_installed("features.image.name", spec.name, error) from error
        _check_name(name, spec)
        with loading("features.image.name", spec.name, "give a file as features.image.weights"):
            pretrained = spec.weights is None
            net = timm.create_model(name, pretrained=pretrained, num_classes=0)
        if spec.weights is not None:
            _load_file(net, spec)
        trained = timm.data.resolve_model_data_config(net)
        _, height, width = trained["input_size"]
        super().__init__(
            f"timm-{name}", net, net, spec, trained["mean"], trained["std"], (height, width)
        )


def _check_name(name: str, spec: BackboneSpec) -> None:
    import timm

    architecture, _, tag = name.partition(".")
    if not timm.is_model(architecture):
        hint = did_you_mean(architecture, timm.list_models())
        raise ConfigError(f"features.image.name: timm has no model '{architecture}'{hint}")
    known = timm.list_pretrained(f"{architecture}.*") + timm.list_pretrained(architecture)
    if tag and name not in known:
        hint = did_you_mean(name, known)
        raise ConfigError(f"features.image.name: timm has no weights '{name}'{hint}")
    if spec.weights is None and not known:
        raise ConfigError(
            f"features.image.name: timm has no pretrained weights of '{name}'; "
            "give a file as features.image.weights"
        )


def _load_file(net: Any, spec: BackboneSpec) -> None:
    from timm.models import load_checkpoint

    try:
        missing = load_checkpoint(net, str(spec.weights), strict=False).missing_keys
    except Exception as error:  # timm, torch and safetensors each raise their own kinds
        raise ConfigError(
            f"{spec.weights}: cannot be loaded as weights of {spec.name} ({type(error).__name__}); "
            "give a file of this network"
        ) from error
    if missing:
        raise ConfigError(
            f"{spec.weights}: lacks weights of {spec.name}, such as '{missing[0]}'; "
            "give a file of this network"
        )
