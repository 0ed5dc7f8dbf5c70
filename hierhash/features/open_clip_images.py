"""The image half of an OpenCLIP model."""

from __future__ import annotations

from hierhash.features.backbone import BackboneSpec
from hierhash.features.frozen_net import FrozenNet
from hierhash.features.open_clip_models import load_open_clip, split_name


class OpenClipImages(FrozenNet):
    """Image embeddings of an OpenCLIP model, normalised as it was trained.

    Args:
        name: ``MODEL/TAG`` or ``MODEL/FILE``, such as ``ViT-B-32/laion2b_s34b_b79k``.
        spec: Input size, device, and a weights file if the name gives none.

    Raises:
        ConfigError: open_clip is not installed, has no such model or tag, the weights cannot be
            loaded, or the model cannot read pictures of this size.
    """

    def __init__(self, name: str, spec: BackboneSpec) -> None:
        model = load_open_clip(name, "features.image.name", spec.weights)
        from open_clip import get_model_preprocess_cfg

        trained = get_model_preprocess_cfg(model)
        size = trained["size"]
        made_for = (size, size) if isinstance(size, int) else (size[0], size[1])
        super().__init__(
            f"open_clip-{split_name(name)[0]}",
            model,
            model.encode_image,
            spec,
            trained["mean"],
            trained["std"],
            made_for,
        )
