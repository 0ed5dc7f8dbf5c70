"""Weights on disk as safetensors: plain arrays, never code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save

from hierhash.errors import RunError
from hierhash.storage.whole_file import whole_file


def save_weights(path: Path, weights: Mapping[str, NDArray[Any]]) -> None:
    """Writes arrays as safetensors, whole or not at all.

    Raises:
        HierhashError: The file cannot be written.
    """
    content = save({name: np.ascontiguousarray(array) for name, array in weights.items()})
    with whole_file(path) as stream:
        stream.write(content)


def load_weights(path: Path) -> dict[str, NDArray[Any]]:
    """Reads safetensors; every number must be finite.

    Raises:
        RunError: The file is missing or damaged.
    """
    if not path.is_file():
        raise RunError(f"{path}: missing; is this a run folder of a finished run?")
    try:
        weights = load_file(path)
    except Exception as error:  # safetensors raises its own kinds, some without a base class
        raise RunError(
            f"{path}: not a safetensors file, or cut short; train the run again"
        ) from error
    wrong = [name for name, array in weights.items() if not np.isfinite(array).all()]
    if wrong:
        raise RunError(f"{path}: '{wrong[0]}' holds what is no finite number; train the run again")
    return dict(weights)
