"""The network and the training loop of a member of the DCMH family."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from hierhash.branches.heads import build_head
from hierhash.branches.image_networks import build_image_branch
from hierhash.branches.mlp import MLPBranch
from hierhash.branches.rows import FeatureRows, column_statistics
from hierhash.branches.two_branch import TwoBranch
from hierhash.errors import ConfigError
from hierhash.labels.items import ItemLabels
from hierhash.labels.similarity import LevelSimilarity
from hierhash.labels.tree import LabelTree
from hierhash.methods.dcmh_settings import DCMHSettings
from hierhash.methods.weight_scheme import weights_of
from hierhash.training.alternating import AlternatingLoop
from hierhash.training.items import Items
from hierhash.training.state import TrainingData


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
    weights = weights_of(tree, settings.head.level_weights, labels, "model.head.level_weights")
    return TwoBranch(
        build_image_branch(settings.image, image_shape, bits, known.get("image")),
        MLPBranch(text_width, bits, settings.text, known.get("text")),
        build_head(
            settings.head.kind,
            bits,
            sizes,
            torch.from_numpy(tree.leaf_ancestors),
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
    for name, modality in (("picture", "image"), ("text", "text")):
        if modality not in items.has or items.has[modality].sum() < 2:
            raise ConfigError(f"data: fewer than two training items have a {name}")
    torch.manual_seed(seed)
    torch.set_float32_matmul_precision(settings.training.precision)
    statistics = dense_statistics(items)
    image_shape, text_width = items.shapes["image"], items.shapes["text"][0]
    model: nn.Module = build_model(
        settings, tree, image_shape, text_width, bits, items.labels, statistics
    ).to(device)
    assert isinstance(model, TwoBranch)  # noqa: S101 - nn.Module.to loses the type
    data = TrainingData(
        rows={
            modality: FeatureRows(rows, device, items.variants.get(modality, ()), items.share)
            for modality, rows in items.rows.items()
        },
        present=dict(items.has),
        labels=items.labels,
        similarity=LevelSimilarity(
            items.labels, pair_weights(settings, tree, items.labels), settings.similarity.overlap
        ),
    )
    return AlternatingLoop(model, data, settings.loss, settings.training, bits, seed)


def dense_statistics(items: Items) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Mean and deviation of the columns of each modality that has dense feature rows."""
    return {
        modality: column_statistics(rows, items.has[modality])
        for modality, rows in items.rows.items()
        if isinstance(rows, np.ndarray) and rows.ndim == 2
    }


def pair_weights(
    settings: DCMHSettings, tree: LabelTree, labels: ItemLabels
) -> NDArray[np.float64]:
    """Level weights of S: all on the leaf, all on level 1, or the scheme's."""
    if settings.similarity.pairs == "tree":
        return weights_of(
            tree, settings.similarity.level_weights, labels, "model.similarity.level_weights"
        )
    one = np.zeros(tree.depth)
    one[-1 if settings.similarity.pairs == "leaf" else 0] = 1.0
    return one
