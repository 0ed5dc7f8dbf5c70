"""The text network of a run in numpy: real outputs of feature rows from stored weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, NDArray[Any]]
EPSILON = 1e-5  # of torch's batch norm


def text_network(weights: Weights, rows: Any) -> NDArray[np.float32]:
    """Outputs float32 (n, K) of rows (n, d), dense or sparse.

    Args:
        weights: Of an ``MLPBranch`` as its ``state_dict`` names them.
        rows: Feature rows.

    Raises:
        KeyError, ValueError, IndexError: The weights do not fit the rows or each other.
    """
    mean, deviation = weights["mean"], weights["deviation"]
    if len(mean):
        rows = (rows - mean) / deviation
    values = np.asarray(rows @ weights["first.weight"]) + weights["first.bias"]
    layers = sorted({int(name.split(".")[1]) for name in weights if "rest." in name})
    for layer in layers:
        weight = weights.get(f"rest.{layer}.weight", np.ones(0))
        if weight.ndim == 2:  # linear, after the rectified hidden layer
            values = np.maximum(values, 0) @ weight.T + weights[f"rest.{layer}.bias"]
        else:
            values = _normalised(weights, values, layer)
    return np.asarray(values, dtype=np.float32)


def _normalised(weights: Weights, values: NDArray[Any], layer: int) -> NDArray[Any]:
    own = f"rest.{layer}."
    mean, variance = weights[f"{own}running_mean"], weights[f"{own}running_var"]
    values = (values - mean) / np.sqrt(variance + np.float32(EPSILON))
    if f"{own}weight" in weights:
        values = values * weights[f"{own}weight"] + weights[f"{own}bias"]
    return values
