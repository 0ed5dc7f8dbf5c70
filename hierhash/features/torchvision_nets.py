"""Any classification network of torchvision as a frozen feature extractor."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from hierhash.errors import ConfigError, did_you_mean
from hierhash.features.image_backbones import BackboneSpec, resize

_MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
_DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
# The attribute that holds the classifier, in the order they are looked for.
_CLASSIFIERS = ("fc", "classifier", "heads", "head")


class TorchvisionNet:
    """The penultimate activations of a torchvision classification network.

    Args:
        name: A model name of ``torchvision.models.list_models()``, such as ``resnet18``; append
            ``:pretrained`` for the weights torchvision downloads.
        spec: Input size, device, and a weights file (a state dict) if there is one. Without either
            the weights are random from a fixed seed, which serves tests and floors.

    Raises:
        ConfigError: No such model, or its weights cannot be loaded.
    """

    def __init__(self, name: str, spec: BackboneSpec) -> None:
        from torchvision import models

        model_name, _, wish = name.partition(":")
        if model_name not in models.list_models(module=models):
            hint = did_you_mean(model_name, models.list_models(module=models))
            raise ConfigError(f"features.image.name: torchvision has no model '{model_name}'{hint}")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            net = self._load(models, model_name, wish == "pretrained", spec)
        _drop_classifier(net, model_name)
        self.size, self.device = spec.size, spec.device
        digest = hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in net.parameters()))
        self.key = f"{model_name}-{digest.hexdigest()[:12]}-{spec.size[0]}x{spec.size[1]}"
        self.net = net.eval().to(spec.device)

    @staticmethod
    def _load(models: object, name: str, pretrained: bool, spec: BackboneSpec) -> nn.Module:
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

    @torch.inference_mode()
    def __call__(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Features, float32 of shape (n, d), of RGB pictures."""
        pixels = np.stack([resize(image, self.size) for image in images])
        batch = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255.0
        output = self.net(((batch - _MEAN) / _DEVIATION).to(self.device))
        features: NDArray[np.float32] = output.flatten(1).cpu().numpy()
        return features


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
