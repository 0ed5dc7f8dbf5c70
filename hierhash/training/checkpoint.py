"""Checkpoints: all the state of a loop at an epoch's end, so that a resumed run ends bit-identical.

They are written by torch.save and read with ``weights_only=True``, which builds tensors and plain
containers and nothing else.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch

from hierhash.errors import RunError
from hierhash.training.alternating import AlternatingLoop

NAME = "last.pt"


def save_checkpoint(folder: Path, loop: AlternatingLoop, extra: dict[str, Any]) -> None:
    """Writes ``folder/last.pt``, whole or not at all.

    Args:
        folder: The run's ``checkpoints`` folder; made if missing.
        loop: The loop at the end of an epoch.
        extra: Plain values to keep with it (config hash, early stopping).
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "epoch": loop.epoch,
        "model": loop.model.state_dict(),
        "optimiser": loop.optimiser.state_dict(),
        "buffers": loop.buffers.tensors(),
        "generator": loop.generator.get_state(),
        "global_generator": torch.get_rng_state(),
        "extra": extra,
    }
    unfinished = folder / f".{NAME}.{os.getpid()}.tmp"
    torch.save(content, unfinished)
    os.replace(unfinished, folder / NAME)


def load_checkpoint(folder: Path, loop: AlternatingLoop, config_hash: str) -> dict[str, Any]:
    """Puts a loop where a checkpoint left it; returns the ``extra`` values.

    Raises:
        RunError: There is no checkpoint, it is damaged, or it is of another config.
    """
    path = folder / NAME
    if not path.is_file():
        raise RunError(f"{path}: no checkpoint to resume from; train without --resume")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        extra: dict[str, Any] = content["extra"]
    except Exception as error:  # torch raises many kinds for a damaged file
        raise RunError(f"{path}: not a checkpoint of hierhash, or damaged") from error
    if extra.get("config") != config_hash:
        raise RunError(
            f"{path}: belongs to another config; resume with the config it was made with"
        )
    loop.model.load_state_dict(content["model"])
    loop.optimiser.load_state_dict(content["optimiser"])
    loop.buffers.load(content["buffers"])
    loop.generator.set_state(content["generator"])
    torch.set_rng_state(content["global_generator"])
    loop.epoch = int(content["epoch"])
    return extra
