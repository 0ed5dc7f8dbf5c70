"""What computes the features of many pictures: torch, or ONNX Runtime where it is faster.

Which one is faster depends on the network and the processor, so it is measured. Training and its
cache stay with torch: a measured choice could make another run of the same config.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.data.images import ImageRef
from hierhash.errors import ConfigError, InputError, did_you_mean
from hierhash.features.backbone import ImageBackbone
from hierhash.features.reading_ahead import readable

AUTO, TORCH, ONNX = "auto", "torch", "onnx"
ENGINES = (AUTO, TORCH, ONNX)
WORTH = 1024
"""Pictures below which exporting and measuring cost more time than they can save."""
MEASURED, REPEATS = 32, 2
FASTER = 1.1
AGREEMENT = 1e-4
"""Largest difference of a feature, in units of the largest one; fp32 engines give about 1e-6."""

Features = Callable[[NDArray[np.uint8]], NDArray[Any]]


@dataclass(frozen=True)
class Engine:
    """What computes features.

    Args:
        name: ``torch`` or ``onnx``.
        why: Why it was taken, for who looks at the index.
        features: Features (n, ...) of pixels, uint8 of shape (n, height, width, 3).
    """

    name: str
    why: str
    features: Features


def check_engine(name: str) -> None:
    """Refuses anything but the name of an engine.

    Raises:
        InputError: It is none.

    Example:
        >>> check_engine("auto")
    """
    if name not in ENGINES:
        hint = did_you_mean(name, ENGINES) or f"; use one of {', '.join(ENGINES)}"
        raise InputError(f"--engine: no engine '{name}'{hint}")


def engine_for(
    backbone: ImageBackbone,
    images: Sequence[ImageRef],
    asked: str = AUTO,
    folder: Path | None = None,
    clock: Callable[[], float] = perf_counter,
) -> Engine:
    """The engine for many pictures.

    ``auto`` takes ONNX Runtime where there are enough pictures, it gives torch's features on the
    first of them and is faster there; else torch, and ``why`` says what stood against it.

    Args:
        backbone: The network.
        images: All pictures that it will read.
        asked: ``auto``, ``torch`` or ``onnx``.
        folder: The cache that graphs are kept in; ``cache_folder()`` by default.
        clock: Seconds, for the measurement.

    Raises:
        InputError: No such engine, or ``onnx`` was asked for and cannot be had.
    """
    check_engine(asked)
    if asked == TORCH:
        return Engine(TORCH, "as asked", backbone.features)
    if asked == AUTO and len(images) < WORTH:
        return Engine(TORCH, f"fewer than {WORTH:,} pictures", backbone.features)
    from hierhash.features.onnx_engine import OnnxFeatures  # it loads torch

    try:
        onnx = OnnxFeatures(backbone, folder)
        sample = readable(images, backbone.size, MEASURED)
        difference = _difference(backbone.features, onnx, sample)
    except ConfigError as error:
        if asked == ONNX:
            raise
        return Engine(TORCH, str(error), backbone.features)
    if asked == ONNX:
        return Engine(ONNX, f"as asked, {difference}", onnx)
    if not len(sample):
        return Engine(TORCH, difference, backbone.features)
    ratio = _seconds(backbone.features, sample, clock) / _seconds(onnx, sample, clock)
    why = f"onnx {ratio:.1f} times as fast as torch on {len(sample)} pictures, {difference}"
    return Engine(ONNX, why, onnx) if ratio >= FASTER else Engine(TORCH, why, backbone.features)


def _difference(torch: Features, onnx: Features, sample: NDArray[np.uint8]) -> str:
    """How much the features differ, in words.

    Raises:
        ConfigError: Too much.
    """
    if not len(sample):
        return "no picture to compare"
    expected, found = torch(sample), onnx(sample)
    scale = float(np.abs(expected).max()) or 1.0
    difference = float(np.abs(found - expected).max()) / scale
    if not difference <= AGREEMENT:  # also where it is no number
        raise ConfigError(
            f"engine onnx: its features differ from torch's by {difference:.0e} of the largest; "
            "use --engine torch"
        )
    return f"features within {difference:.0e} of torch's"


def _seconds(features: Features, sample: NDArray[np.uint8], clock: Callable[[], float]) -> float:
    """The best of a few tries; both were warmed up when their features were compared."""
    tries = []
    for _ in range(REPEATS):
        started = clock()
        features(sample)
        tries.append(clock() - started)
    return max(min(tries), 1e-9)
