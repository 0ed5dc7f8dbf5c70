"""Checkpoints: all the state of a loop at an epoch's end, so that a resumed run ends bit-identical.

A file is one line of JSON, which holds the SHA-256 of the rest, and the rest, written by torch.save
and read with ``weights_only=True``, which builds tensors and plain containers and nothing else.
"""

from __future__ import annotations

import hashlib
import io
import json
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hierhash.errors import RunError
from hierhash.storage.whole_file import cannot_write, whole_file
from hierhash.training.loop import Loop

NAME = "last.pt"
FORMAT = "hierhash-checkpoint-2"


def save_checkpoint(folder: Path, loop: Loop, extra: dict[str, Any]) -> None:
    """Writes ``folder/last.pt``, whole or not at all.

    Args:
        folder: The run's ``checkpoints`` folder; made if missing.
        loop: The loop at the end of an epoch.
        extra: Plain values to keep with it (config hash, early stopping).

    Raises:
        HierhashError: It cannot be written.
    """
    content = {
        "epoch": loop.epoch,
        **loop.checkpoint(),
        "global_generator": torch.get_rng_state(),
        "cuda_generator": _cuda_generator(loop.device),  # draws dropout there
        "extra": extra,
    }
    packed = io.BytesIO()
    torch.save(content, packed)  # to memory: torch does not report a full disk as an OSError
    digest = hashlib.sha256(packed.getbuffer()).hexdigest()
    head = {"format": FORMAT, "config": extra.get("config", ""), "sha256": digest}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    with whole_file(folder / NAME) as stream:
        stream.write(json.dumps(head).encode() + b"\n")
        stream.write(packed.getbuffer())


def load_checkpoint(folder: Path, loop: Loop, config_hash: str) -> dict[str, Any]:
    """Puts a loop where a checkpoint left it; returns the ``extra`` values.

    Raises:
        RunError: There is no checkpoint, it is damaged, or it is of another config.
    """
    path = folder / NAME
    content = _read(path, config_hash)
    try:
        extra: dict[str, Any] = dict(content["extra"])
        loop.restore(content)
        torch.set_rng_state(content["global_generator"])
        if loop.device.type == "cuda" and content["cuda_generator"] is not None:
            torch.cuda.set_rng_state(content["cuda_generator"], loop.device)
        loop.epoch = int(content["epoch"])
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise RunError(_damaged(path)) from error
    if not 0 < loop.epoch <= loop.epochs:
        raise RunError(_damaged(path))
    return extra


def _read(path: Path, config_hash: str) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise RunError(f"{path}: no checkpoint to resume from; train without --resume") from error
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}; make it readable, or use --restart") from error
    first, _, packed = raw.partition(b"\n")
    try:
        head = json.loads(first)
        known, digest, config = head["format"], head["sha256"], head["config"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise RunError(_damaged(path)) from error
    if known != FORMAT or hashlib.sha256(packed).hexdigest() != digest:
        raise RunError(_damaged(path))
    if config != config_hash:
        raise RunError(
            f"{path}: belongs to another config; resume with the config it was made with"
        )
    try:
        with warnings.catch_warnings(action="ignore"):  # torch's remarks on foreign files
            content = torch.load(io.BytesIO(packed), map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds for a foreign file
        raise RunError(_damaged(path)) from error
    return dict(content)


def _damaged(path: Path) -> str:
    return (
        f"{path}: damaged, or not a checkpoint of this version; train anew into the same folder "
        "with --restart"
    )


def _cuda_generator(device: torch.device) -> Tensor | None:
    return torch.cuda.get_rng_state(device) if device.type == "cuda" else None
