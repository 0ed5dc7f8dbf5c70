"""Image features of any vision model, or of the image half of a CLIP, of transformers."""

from __future__ import annotations

import json
from typing import Any

from torch import Tensor

from hierhash.errors import ConfigError
from hierhash.features.backbone import BackboneSpec
from hierhash.features.frozen_net import FrozenNet
from hierhash.features.huggingface_models import load_huggingface


class HuggingFaceImages(FrozenNet):
    """Image embeddings of a CLIP-like model; of others the mean over the last layer's positions.

    Args:
        name: A repository of the hub or a folder, such as ``google/vit-base-patch16-224``.
        spec: Input size, device, and as ``weights`` a folder that takes the place of the name.

    Raises:
        ConfigError: transformers is not installed, the model cannot be loaded, reads no pictures,
            or reads none of this size.
    """

    def __init__(self, name: str, spec: BackboneSpec) -> None:
        source = str(spec.weights or name)
        model, preparation = load_huggingface(source, "features.image.name", "AutoImageProcessor")
        if not hasattr(model, "get_image_features") and model.main_input_name != "pixel_values":
            raise ConfigError(f"features.image.name: {spec.name} reads no pictures; use another")
        # Weights alone do not tell, for instance, which activation function there is.
        settings = model.config.to_dict() | {"_name_or_path": "", "transformers_version": ""}
        super().__init__(
            f"huggingface-{model.config.model_type}-{json.dumps(settings, sort_keys=True)}",
            model,
            lambda pictures: _embed(model, pictures),
            spec,
            preparation.image_mean,
            preparation.image_std,
            _own_size(model.config),
        )


def _embed(model: Any, pictures: Tensor) -> Tensor:
    if hasattr(model, "get_image_features"):
        rows: Tensor = model.get_image_features(pixel_values=pictures).pooler_output
        return rows
    last: Tensor = model(pixel_values=pictures).last_hidden_state
    # Convolutions give (n, channels, height, width), transformers (n, positions, channels).
    return last.mean(dim=(2, 3)) if last.ndim == 4 else last.mean(dim=1)


def _own_size(config: Any) -> tuple[int, int]:
    size = getattr(getattr(config, "vision_config", config), "image_size", 224)
    return (size, size) if isinstance(size, int) else (size[0], size[1])
