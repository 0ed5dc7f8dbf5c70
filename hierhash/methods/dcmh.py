"""The DCMH family: two branches, a training similarity, an optional head, the alternating loop.

Every row of the family is these settings with other values; the files beside this one hold them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BeforeValidator
from torch import nn

from hierhash.branches.heads import build_head
from hierhash.branches.image_networks import ImageBranchSettings, build_image_branch
from hierhash.branches.mlp import MLPBranch, MLPSettings
from hierhash.branches.rows import FeatureRows, column_statistics
from hierhash.branches.two_branch import TwoBranch
from hierhash.errors import ConfigError, TreeError
from hierhash.labels.items import ItemLabels
from hierhash.labels.similarity import LevelSimilarity
from hierhash.labels.tree import LabelTree
from hierhash.labels.weights import SCHEMES, spec_problems
from hierhash.training.alternating import AlternatingLoop
from hierhash.training.settings import LoopSettings, Objective
from hierhash.training.state import TrainingData


def _scheme(scheme: Any) -> Any:
    """Refuses what no tree takes; how many levels a tree has is not known before it is read."""
    if not isinstance(scheme, str | dict | list):
        return scheme
    values = scheme if isinstance(scheme, list) else []
    if isinstance(scheme, dict):
        values = [value for key, value in scheme.items() if key != "scheme"]
        if not isinstance(scheme.get("scheme", ""), str):
            raise ValueError(f"the scheme is a word; use one of {', '.join(SCHEMES)}")
    if any(isinstance(value, str) for value in values):
        raise ValueError("a weight or a parameter is a number without quotes")
    if problems := spec_problems(scheme, len(scheme) if isinstance(scheme, list) else 2):
        raise ValueError("; ".join(problems))
    return scheme


WeightScheme = Annotated[str | dict[str, Any] | list[float] | None, BeforeValidator(_scheme)]


@dataclass(frozen=True)
class SimilaritySettings:
    """The training similarity S.

    Args:
        pairs: ``leaf`` (similar = a shared leaf), ``any`` (similar = any shared ancestor, which is
            what multi-hot labels with ancestors silently mean) or ``tree`` (level-weighted).
        level_weights: Scheme for ``tree``; None takes the tree's own, else uniform.
        overlap: ``any`` or ``jaccard``, for items of several paths.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    pairs: Literal["leaf", "any", "tree"] = "tree"
    level_weights: WeightScheme = None
    overlap: Literal["any", "jaccard"] = "any"


@dataclass(frozen=True)
class HeadSettings:
    """The hierarchical classification head.

    Args:
        kind: ``none``, ``leaf``, ``per_level`` or ``path``.
        level_weights: Scheme of the head's level weights; None takes the tree's own, else uniform.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    kind: Literal["none", "leaf", "per_level", "path"] = "per_level"
    level_weights: WeightScheme = None


@dataclass(frozen=True)
class DCMHSettings:
    """All that makes up a member of the family."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    similarity: SimilaritySettings = field(default_factory=SimilaritySettings)
    head: HeadSettings = field(default_factory=HeadSettings)
    loss: Objective = field(default_factory=Objective)
    image: ImageBranchSettings = field(default_factory=ImageBranchSettings)
    text: MLPSettings = field(default_factory=MLPSettings)
    training: LoopSettings = field(default_factory=LoopSettings)


@dataclass(frozen=True)
class Items:
    """Feature rows and labels of some items, row i of each being item i.

    Args:
        image: (n, ...) array of image features or pixels.
        text: (n, d) array or sparse matrix.
        has_image: bool (n,).
        has_text: bool (n,).
        labels: Their labels.
    """

    image: Any
    text: Any
    has_image: NDArray[np.bool_]
    has_text: NDArray[np.bool_]
    labels: ItemLabels

    def subset(self, index: NDArray[np.int64]) -> Items:
        """The items at ``index``, in that order."""
        return Items(
            self.image[index],
            self.text[index],
            self.has_image[index],
            self.has_text[index],
            self.labels.subset(index),
        )


def build_model(
    settings: DCMHSettings,
    tree: LabelTree,
    image_shape: tuple[int, ...],
    text_width: int,
    bits: int,
    labels: ItemLabels | None = None,
    statistics: dict[str, tuple[torch.Tensor, torch.Tensor]] | None = None,
) -> TwoBranch:
    """The untrained network.

    Args:
        settings: The family member.
        tree: The label tree.
        image_shape: Shape of one image row: (d,), or (3, height, width) for pixels.
        text_width: Number of text features.
        bits: K.
        labels: Training labels, which the scheme ``information_content`` needs.
        statistics: Mean and deviation of dense features by modality.
    """
    known = statistics or {}
    depth = tree.depth
    sizes = [len(tree.nodes_at(level)) for level in range(1, depth + 1)]
    ancestors = np.stack([tree.ancestor_codes(leaf) for leaf in tree.leaves], axis=1)
    weights = _level_weights(tree, settings.head.level_weights, labels, "model.head")
    return TwoBranch(
        build_image_branch(settings.image, image_shape, bits, known.get("image")),
        MLPBranch(text_width, bits, settings.text, known.get("text")),
        build_head(
            settings.head.kind,
            bits,
            sizes,
            torch.from_numpy(ancestors.astype(np.int64)),
            torch.from_numpy(weights),
        ),
    )


def build_loop(
    settings: DCMHSettings,
    tree: LabelTree,
    items: Items,
    bits: int,
    seed: int,
    device: str = "cpu",
) -> AlternatingLoop:
    """Network, similarity and loop for some training items; the same seed gives the same loop.

    Raises:
        ConfigError: No training item has a label, or one modality is missing altogether.
    """
    if not items.labels.labelled.any():
        raise ConfigError("data: no training item has a label, so there is nothing to learn from")
    for name, has in (("picture", items.has_image), ("text", items.has_text)):
        if has.sum() < 2:
            raise ConfigError(f"data: fewer than two training items have a {name}")
    torch.manual_seed(seed)
    torch.set_float32_matmul_precision(settings.training.precision)
    statistics = {}
    if isinstance(items.image, np.ndarray) and items.image.ndim == 2:
        statistics["image"] = column_statistics(items.image, items.has_image)
    if isinstance(items.text, np.ndarray):
        statistics["text"] = column_statistics(items.text, items.has_text)
    shape = tuple(items.image.shape[1:])
    model: nn.Module = build_model(
        settings, tree, shape, items.text.shape[1], bits, items.labels, statistics
    ).to(device)
    assert isinstance(model, TwoBranch)  # noqa: S101 - nn.Module.to loses the type
    data = TrainingData(
        rows={
            "image": FeatureRows(items.image, device),
            "text": FeatureRows(items.text, device),
        },
        present={"image": items.has_image, "text": items.has_text},
        labels=items.labels,
        similarity=LevelSimilarity(
            items.labels, pair_weights(settings, tree, items.labels), settings.similarity.overlap
        ),
    )
    return AlternatingLoop(model, data, settings.loss, settings.training, bits, seed)


def pair_weights(
    settings: DCMHSettings, tree: LabelTree, labels: ItemLabels
) -> NDArray[np.float64]:
    """Level weights of S: all on the leaf, all on level 1, or the scheme's."""
    if settings.similarity.pairs == "tree":
        return _level_weights(tree, settings.similarity.level_weights, labels, "model.similarity")
    one = np.zeros(tree.depth)
    one[-1 if settings.similarity.pairs == "leaf" else 0] = 1.0
    return one


def _level_weights(
    tree: LabelTree, scheme: WeightScheme, labels: ItemLabels | None, section: str
) -> NDArray[np.float64]:
    try:
        return np.asarray(tree.weights(scheme, labels))
    except TreeError as error:
        raise ConfigError([f"{section}.{problem}" for problem in error.problems]) from error
