"""MLP branches on feature rows, one a modality, for the methods of the batch loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from hierhash.branches.mlp import MLPBranch, MLPSettings
from hierhash.branches.rows import column_statistics
from hierhash.errors import ConfigError
from hierhash.training.items import Items

_WORDS = {"image": "picture", "text": "text"}


def mlp_branches(
    train: Items, shapes: Mapping[str, MLPSettings], outputs: int, seed: int, raw: bool = False
) -> nn.ModuleDict:
    """Untrained branches for some training items; the same seed gives the same weights.

    Args:
        train: The items; dense features are standardised by their statistics.
        shapes: Modality to the shape of its branch.
        outputs: Outputs of each branch.
        seed: Of the first weights.
        raw: As in ``MLPBranch``.

    Raises:
        ConfigError: Too few items have a modality, or its features are pixels.
    """
    torch.manual_seed(seed)
    branches = nn.ModuleDict()
    for modality, shape in shapes.items():
        word = _WORDS[modality]
        if modality not in train.rows or train.has[modality].sum() < 2:
            raise ConfigError(f"data: fewer than two training items have a {word}")
        rows = train.rows[modality]
        if rows.ndim != 2:
            raise ConfigError(
                f"model.{modality}: reads feature rows, but the features are pixels; choose "
                f"another features.{modality}.name, such as efficientnet_lite0"
            )
        statistics = None
        if isinstance(rows, np.ndarray):
            statistics = column_statistics(rows, train.has[modality])
        branches[modality] = MLPBranch(rows.shape[1], outputs, shape, statistics, raw)
    return branches


def load_branches(
    state: Mapping[str, NDArray[Any]],
    shapes: Mapping[str, MLPSettings],
    widths: Mapping[str, tuple[int, ...]],
    outputs: int,
    raw: bool = False,
) -> nn.ModuleDict:
    """Trained branches from their weights, in evaluation mode.

    Args:
        state: Weights by name, as of the branches' ``state_dict``.
        shapes: As in ``mlp_branches``.
        widths: Shape of one feature row of each modality.
        outputs: As in ``mlp_branches``.
        raw: As in ``mlp_branches``.

    Raises:
        KeyError, RuntimeError: The weights are not of these branches.
    """
    branches = nn.ModuleDict()
    with torch.device("meta"):  # shapes that are wrong cost no memory
        for modality, shape in shapes.items():
            width = widths[modality][0]
            # Sparse rows have no statistics.
            known = len(state[f"{modality}.mean"]) == width
            statistics = (torch.zeros(width), torch.ones(width)) if known else None
            branches[modality] = MLPBranch(width, outputs, shape, statistics, raw)
    branches.load_state_dict(
        {name: torch.from_numpy(array) for name, array in state.items()}, assign=True
    )
    return branches.eval()


def weights_as_arrays(network: nn.Module) -> dict[str, NDArray[Any]]:
    """All weights and buffers of a network as arrays by name, from whatever device."""
    weights = network.state_dict()
    return {name: tensor.detach().cpu().numpy() for name, tensor in weights.items()}
