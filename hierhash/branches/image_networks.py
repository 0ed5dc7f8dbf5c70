"""Which network the image branch is: an MLP on cached features, or a CNN trained from pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Le, Lt
from pydantic import Strict
from torch import Tensor, nn

from hierhash.branches.cnn_f import CNNF, load_imagenet_vgg_f
from hierhash.branches.mlp import MLPBranch, MLPSettings
from hierhash.branches.pretrained_lite0 import PretrainedLite0
from hierhash.branches.small_cnn import SmallCNN
from hierhash.errors import ConfigError

SMALLEST = {"small_cnn": 16, "lite0": 32, "cnn_f": 224}
"""Height and width of a picture, at least."""


@dataclass(frozen=True)
class ImageBranchSettings:
    """The image branch.

    Args:
        network: ``mlp`` on cached features, or, on features ``pixels``, ``cnn_f`` (the network of
            the paper, 224 x 224), ``lite0`` (EfficientNet-Lite0, of which the last blocks are
            trained) or ``small_cnn`` (minutes on a CPU).
        weights: ``imagenet-vgg-f.mat`` for ``cnn_f``; None starts from random weights.
        hidden: As in ``MLPSettings``; ``mlp`` and ``lite0`` read it.
        batch_norm: As in ``MLPSettings``.
        dropout: As in ``MLPSettings``.
        init: As in ``MLPSettings``.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    network: Literal["mlp", "cnn_f", "lite0", "small_cnn"] = "mlp"
    weights: Path | None = None
    hidden: Annotated[int, Strict(), Ge(0), Le(65_536)] = 1024
    batch_norm: bool = True
    dropout: Annotated[float, Strict(), Ge(0), Lt(1)] = 0.0
    init: Literal["dcmh", "default"] = "default"


def build_image_branch(
    settings: ImageBranchSettings,
    shape: tuple[int, ...],
    bits: int,
    statistics: tuple[Tensor, Tensor] | None = None,
) -> nn.Module:
    """The image branch for rows of a shape.

    Raises:
        ConfigError: The network does not fit the rows.
    """
    if settings.weights is not None and settings.network != "cnn_f":
        raise ConfigError(
            f"image.weights: {settings.network} reads no weights file; leave it out or take cnn_f"
        )
    mlp = MLPSettings(settings.hidden, settings.batch_norm, settings.dropout, settings.init)
    if settings.network == "mlp":
        if len(shape) != 1:
            raise ConfigError(
                "image.network: mlp reads feature rows, but the features are pixels; "
                "choose small_cnn, lite0 or cnn_f, or other features.image.name"
            )
        return MLPBranch(shape[0], bits, mlp, statistics)
    if len(shape) != 3:
        raise ConfigError(f"image.network: {settings.network} needs features.image.name: pixels")
    least = SMALLEST[settings.network]
    if min(shape[1:]) < least:
        raise ConfigError(
            f"image.network: {settings.network} needs features.image.size: "
            f"[{least}, {least}] or more"
        )
    if settings.network == "small_cnn":
        return SmallCNN(bits)
    if settings.network == "lite0":
        return PretrainedLite0(bits, mlp)
    network = CNNF(bits)
    if settings.weights is not None:
        load_imagenet_vgg_f(network, settings.weights)
    return network
