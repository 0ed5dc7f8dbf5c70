"""The on-disk feature cache: keyed by the pictures' content and the backbone, safe to interrupt.

Pictures are taken in runs of 256; the features of a run are one file named by the hash of the
run's bytes and the backbone's key. Each file is written under a temporary name and renamed, so a
stopped fill continues where it was, and pictures added at the end cost only themselves. The
features are always torch's (``engine.py``), so that the key says all that they depend on.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from numpy.typing import NDArray

from hierhash.data.images import ImageRef
from hierhash.errors import DataError
from hierhash.features.backbone import ImageBackbone
from hierhash.features.reading_ahead import read_ahead
from hierhash.storage.whole_file import whole_file

RUN = 256
BATCH = 32


def cache_folder() -> Path:
    """Where features are kept: HIERHASH_CACHE, else the system's place (``~/.cache/hierhash``)."""
    named = os.environ.get("HIERHASH_CACHE")
    return Path(named) if named else platformdirs.user_cache_path("hierhash")


def cached_image_features(
    images: Sequence[ImageRef],
    backbone: ImageBackbone,
    folder: Path | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> NDArray[Any]:
    """Features of pictures, one row each, from the cache or computed and put there.

    Args:
        images: The pictures.
        backbone: The network; asked only for what the cache lacks.
        folder: The cache; ``cache_folder()`` by default.
        advance: Called with the number of pictures done, for a progress bar.

    Returns:
        Shape (n, ...), the backbone's dtype.

    Raises:
        DataError: A picture cannot be read.
    """
    home = (folder or cache_folder()) / backbone.key
    home.mkdir(parents=True, exist_ok=True)
    parts: list[NDArray[Any]] = []
    for start in range(0, len(images), RUN):
        run = images[start : start + RUN]
        file = home / f"{_content(run)}.npy"
        part = _load(file, len(run))
        if part is None:
            part = _compute(run, backbone)
            _save(file, part)
        parts.append(part)
        advance(len(run))
    return np.concatenate(parts) if parts else np.zeros((0, 0), dtype=np.float32)


def _content(run: Sequence[ImageRef]) -> str:
    digest = hashlib.sha256()
    for image in run:
        digest.update(hashlib.sha256(image.read()).digest())
    return digest.hexdigest()[:32]


def _compute(run: Sequence[ImageRef], backbone: ImageBackbone) -> NDArray[Any]:
    with closing(read_ahead(run, backbone.size)) as pictures:
        parts = []
        while batch := [_good(one) for one in islice(pictures, BATCH)]:
            parts.append(backbone.features(np.stack(batch)))
        return np.concatenate(parts)


def _good(picture: NDArray[np.uint8] | DataError) -> NDArray[np.uint8]:
    if isinstance(picture, DataError):
        raise picture
    return picture


def _load(file: Path, rows: int) -> NDArray[Any] | None:
    try:
        part = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None  # absent, or damaged by a full disk: computed again
    return part if len(part) == rows else None


def _save(file: Path, part: NDArray[Any]) -> None:
    with whole_file(file) as stream:
        np.save(stream, part)
