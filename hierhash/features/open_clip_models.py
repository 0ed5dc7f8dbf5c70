"""Loading an OpenCLIP model, whose two halves are an image backbone and a text vectoriser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hierhash.errors import ConfigError, did_you_mean
from hierhash.features.hub import loading, not_installed


def split_name(name: str) -> tuple[str, str]:
    """Model and weights of ``MODEL/WEIGHTS``; the weights are a tag of open_clip or a file.

    Example:
        >>> split_name("ViT-B-32/laion2b_s34b_b79k")
        ('ViT-B-32', 'laion2b_s34b_b79k')
        >>> split_name("ViT-B-32/weights/shop.safetensors")
        ('ViT-B-32', 'weights/shop.safetensors')
    """
    model, _, weights = name.partition("/")
    return model, weights


def load_open_clip(name: str, key: str, file: Path | None = None) -> Any:
    """The model with its weights, on the CPU, in float32 and evaluation mode.

    Args:
        name: ``MODEL/TAG`` or ``MODEL/FILE``; with ``file`` ``MODEL`` alone will do.
        key: The config key that names the model.
        file: A weights file that takes the place of what the name says.

    Raises:
        ConfigError: open_clip is not installed, has no such model or tag, or the weights cannot be
            loaded.
    """
    try:
        import open_clip
    except ImportError as error:
        raise not_installed(key, f"open_clip:{name}", error) from error
    model, weights = split_name(name)
    if model not in open_clip.list_models():
        hint = did_you_mean(model, open_clip.list_models())
        raise ConfigError(f"{key}: open_clip has no model '{model}'{hint}")
    weights = str(file or weights)
    tags = open_clip.list_pretrained_tags_by_model(model)
    if weights not in tags and not Path(weights).is_file():
        raise ConfigError(_no_weights(key, model, weights, tags))
    with loading(
        key, f"open_clip:{model}/{weights}", f"write a weights file: open_clip:{model}/FILE"
    ):
        loaded = open_clip.create_model(model, pretrained=weights, require_pretrained=True)
    return loaded.eval()


def _no_weights(key: str, model: str, weights: str, tags: list[str]) -> str:
    known = did_you_mean(weights, tags) or f"; its tags: {', '.join(tags) or 'none'}"
    if not weights:
        return f"{key}: open_clip:{model} lacks weights; write open_clip:{model}/TAG{known}"
    return f"{key}: open_clip:{model} has no weights '{weights}', and there is no such file{known}"
