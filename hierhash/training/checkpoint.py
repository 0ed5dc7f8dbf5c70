"""Checkpoints: all the state of a loop at an epoch's end, so that a resumed run ends bit-identical.

They are written by torch.save and read with ``weights_only=True``, which builds tensors and plain
containers and nothing else.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hierhash.errors import RunError
from hierhash.storage.whole_file import cannot_write, whole_file
from hierhash.training.alternating import AlternatingLoop

NAME = "last.pt"


def save_checkpoint(folder: Path, loop: AlternatingLoop, extra: dict[str, Any]) -> None:
    """Writes ``folder/last.pt``, whole or not at all.

    Args:
        folder: The run's ``checkpoints`` folder; made if missing.
        loop: The loop at the end of an epoch.
        extra: Plain values to keep with it (config hash, early stopping).
    """
    content = {
        "epoch": loop.epoch,
        "model": loop.model.state_dict(),
        "optimiser": loop.optimiser.state_dict(),
        "buffers": loop.buffers.tensors(),
        "generator": loop.generator.get_state(),
        "global_generator": torch.get_rng_state(),
        "cuda_generator": _cuda_generator(loop.device),  # draws dropout there
        "extra": extra,
    }
    packed = io.BytesIO()
    torch.save(content, packed)  # to memory: torch does not report a full disk as an OSError
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    with whole_file(folder / NAME) as stream:
        stream.write(packed.getbuffer())


def load_checkpoint(folder: Path, loop: AlternatingLoop, config_hash: str) -> dict[str, Any]:
    """Puts a loop where a checkpoint left it; returns the ``extra`` values.

    Raises:
        RunError: There is no checkpoint, it is damaged, or it is of another config.
    """
    path = folder / NAME
    if not path.is_file():
        raise RunError(f"{path}: no checkpoint to resume from; train without --resume")
    damaged = f"{path}: not a checkpoint of hierhash, or damaged; train again without --resume"
    try:
        with warnings.catch_warnings(action="ignore"):  # torch's remarks on foreign files
            content = torch.load(path, map_location="cpu", weights_only=True)
        extra: dict[str, Any] = dict(content["extra"])
    except Exception as error:  # torch raises many kinds for a damaged file
        raise RunError(damaged) from error
    if extra.get("config") != config_hash:
        raise RunError(
            f"{path}: belongs to another config; resume with the config it was made with"
        )
    try:
        loop.model.load_state_dict(content["model"])
        loop.optimiser.load_state_dict(content["optimiser"])
        loop.buffers.load(content["buffers"])
        loop.generator.set_state(content["generator"])
        torch.set_rng_state(content["global_generator"])
        if loop.device.type == "cuda" and content["cuda_generator"] is not None:
            torch.cuda.set_rng_state(content["cuda_generator"], loop.device)
        loop.epoch = int(content["epoch"])
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise RunError(damaged) from error
    return extra


def _cuda_generator(device: torch.device) -> Tensor | None:
    return torch.cuda.get_rng_state(device) if device.type == "cuda" else None
