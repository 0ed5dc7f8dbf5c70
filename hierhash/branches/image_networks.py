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
from hierhash.branches.small_cnn import SmallCNN
from hierhash.errors import ConfigError


@dataclass(frozen=True)
class ImageBranchSettings:
    """The image branch.

    Args:
        network: ``mlp`` on cached features, or, on features ``pixels``, ``cnn_f`` (the network of
            the paper, 224 x 224) or ``small_cnn`` (minutes on a CPU).
        weights: ``imagenet-vgg-f.mat`` for ``cnn_f``; None starts from random weights.
        hidden: As in ``MLPSettings``; only ``mlp`` reads it.
        batch_norm: As in ``MLPSettings``.
        dropout: As in ``MLPSettings``.
        init: As in ``MLPSettings``.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    network: Literal["mlp", "cnn_f", "small_cnn"] = "mlp"
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
    if settings.network == "mlp":
        if len(shape) != 1:
            raise ConfigError(
                "image.network: mlp reads feature rows, but the features are pixels; "
                "choose small_cnn or cnn_f, or other features.image.name"
            )
        mlp = MLPSettings(settings.hidden, settings.batch_norm, settings.dropout, settings.init)
        return MLPBranch(shape[0], bits, mlp, statistics)
    if len(shape) != 3:
        raise ConfigError(f"image.network: {settings.network} needs features.image.name: pixels")
    if settings.network == "small_cnn":
        if min(shape[1:]) < 16:
            raise ConfigError(
                "image.network: small_cnn needs features.image.size: [16, 16] or more"
            )
        return SmallCNN(bits)
    if min(shape[1:]) < 224:
        raise ConfigError("image.network: cnn_f needs features.image.size: [224, 224]")
    network = CNNF(bits)
    if settings.weights is not None:
        load_imagenet_vgg_f(network, settings.weights)
    return network
