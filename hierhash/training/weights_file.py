"""Weights on disk as safetensors: plain tensors, never code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import load_file, save
from torch import Tensor

from hierhash.errors import RunError
from hierhash.storage.whole_file import whole_file


def save_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Writes weights as safetensors, whole or not at all.

    Raises:
        HierhashError: The file cannot be written.
    """
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    content = save(plain)
    with whole_file(path) as stream:
        stream.write(content)


def load_weights(path: Path) -> dict[str, Tensor]:
    """Reads safetensors.

    Raises:
        RunError: The file is missing or damaged.
    """
    if not path.is_file():
        raise RunError(f"{path}: missing; is this a run folder of a finished run?")
    try:
        return load_file(path)
    except Exception as error:  # safetensors raises its own kinds, some without a base class
        raise RunError(
            f"{path}: not a safetensors file, or cut short; train the run again"
        ) from error
