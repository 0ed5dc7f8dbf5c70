"""Any classification network of torchvision as a frozen feature extractor."""

from __future__ import annotations

import torch
from torch import nn

from hierhash.errors import ConfigError, did_you_mean
from hierhash.features.backbone import BackboneSpec
from hierhash.features.frozen_net import FrozenNet

_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
# The attribute that holds the classifier, in the order they are looked for.
_CLASSIFIERS = ("fc", "classifier", "heads", "head")


class TorchvisionNet(FrozenNet):
    """The penultimate activations of a torchvision classification network.

    Args:
        name: A model name of ``torchvision.models.list_models()``, such as ``resnet18``; append
            ``:pretrained`` for the weights torchvision downloads.
        spec: Input size, device, and a weights file (a state dict) if there is one. Without either
            the weights are random from a fixed seed, which serves tests and floors.

    Raises:
        ConfigError: No such model, its weights cannot be loaded, or it cannot read such pictures.
    """

    def __init__(self, name: str, spec: BackboneSpec) -> None:
        from torchvision import models

        model_name, _, wish = name.partition(":")
        if model_name not in models.list_models(module=models):
            hint = did_you_mean(model_name, models.list_models(module=models))
            raise ConfigError(f"features.image.name: torchvision has no model '{model_name}'{hint}")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            net = _load(model_name, wish == "pretrained", spec)
        _drop_classifier(net, model_name)
        super().__init__(model_name, net, net, spec, _MEAN, _DEVIATION)


def _load(name: str, pretrained: bool, spec: BackboneSpec) -> nn.Module:
    from torchvision.models import get_model

    if not pretrained:
        net: nn.Module = get_model(name, weights=None)
        if spec.weights is not None:
            net.load_state_dict(_state_dict(spec))
        return net
    try:
        net = get_model(name, weights="DEFAULT")
    except OSError as error:
        raise ConfigError(
            f"features.image.name: the pretrained weights of {name} could not be downloaded "
            f"({error}); give a file as features.image.weights, or use efficientnet_lite0"
        ) from error
    return net


def _state_dict(spec: BackboneSpec) -> dict[str, torch.Tensor]:
    try:
        state: dict[str, torch.Tensor] = torch.load(
            spec.weights or "", map_location="cpu", weights_only=True
        )
    except Exception as error:  # torch raises a dozen kinds for a file that is not a state dict
        raise ConfigError(
            f"{spec.weights}: not a state dict of weights ({type(error).__name__})"
        ) from error
    return state


def _drop_classifier(net: nn.Module, name: str) -> None:
    for attribute in _CLASSIFIERS:
        if hasattr(net, attribute):
            setattr(net, attribute, nn.Identity())
            return
    raise ConfigError(f"features.image.name: hierhash cannot find the classifier of '{name}'")
