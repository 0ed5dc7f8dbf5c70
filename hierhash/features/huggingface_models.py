"""Loading a transformers model from a folder or from the Hugging Face hub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from hierhash.errors import ConfigError, did_you_mean
from hierhash.features.hub import loading, not_installed


def load_huggingface(source: str, key: str, reader: str) -> tuple[Any, Any]:
    """A model in float32 and evaluation mode on the CPU, and what prepares its inputs.

    Weights must be safetensors, and code that comes with a model is never run.

    Args:
        source: A folder written by ``save_pretrained``, or a repository of the hub.
        key: The config key that names the model.
        reader: The class of transformers that reads the inputs' preparation, such as
            ``AutoTokenizer``.

    Returns:
        The model and the reader.

    Raises:
        ConfigError: transformers is not installed, there is no such folder or repository, or it
            lacks a file or weights.
    """
    try:
        import transformers
    except ImportError as error:
        raise not_installed(key, f"huggingface:{source}", error) from error
    _check_folder(source, key)
    transformers.utils.logging.disable_progress_bar()
    with loading(key, f"huggingface:{source}", "give a folder that holds the model"), _seeded():
        preparation = getattr(transformers, reader).from_pretrained(source)
        model, found = transformers.AutoModel.from_pretrained(
            source, use_safetensors=True, dtype=torch.float32, output_loading_info=True
        )
    # Poolers are not used; many checkpoints have none.
    missing = sorted(name for name in found["missing_keys"] if "pooler" not in name)
    if missing:
        raise ConfigError(
            f"{key}: huggingface:{source} lacks weights of its network, such as '{missing[0]}'; "
            "give a complete model"
        )
    return model.eval(), preparation


def _check_folder(source: str, key: str) -> None:
    path = Path(source)
    looks_local = path.is_absolute() or source.startswith(".") or source.count("/") > 1
    if not looks_local or path.is_dir():
        return
    siblings = [p.name for p in path.parent.iterdir() if p.is_dir()] if path.parent.is_dir() else []
    raise ConfigError(f"{key}: no folder '{source}'{did_you_mean(path.name, siblings)}")


@contextmanager
def _seeded() -> Iterator[None]:
    """Weights that a checkpoint lacks come out the same each time, so the cache key is stable."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield
