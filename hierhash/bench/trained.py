"""Trains a run and encodes the items that it is scored on."""

from __future__ import annotations

import contextlib
import resource
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hierhash.branches.rows import FeatureRows
from hierhash.branches.two_branch import TwoBranch, outputs_of
from hierhash.builder import Advance, Prepared, training_loop
from hierhash.codes.packing import Codes, pack, packed_width
from hierhash.config import RunConfig
from hierhash.errors import HierhashError
from hierhash.training.fit import FitOptions, Interrupted, fit


@dataclass(frozen=True)
class Trained:
    """A trained run: its network and the outputs of every item in both modalities.

    Args:
        model: The network.
        bits: K.
        outputs: Modality to float32 (n, K); zero for items that were not encoded.
        codes: Modality to packed codes of n items.
        cost: Training seconds, peak memory, encoding speed, bytes an item.
    """

    model: TwoBranch
    bits: int
    outputs: dict[str, NDArray[np.float32]]
    codes: dict[str, Codes]
    cost: dict[str, float] = field(default_factory=dict)


def train_and_encode(
    config: RunConfig,
    prepared: Prepared,
    rows: NDArray[np.int64],
    advance: Advance = lambda _: None,
) -> Trained:
    """Trains a run and encodes the items ``rows``; ``advance`` is told of each epoch.

    Raises:
        KeyboardInterrupt: Ctrl-C while it trains: the whole suite or demo was to stop.
    """
    _reset_peak()
    loop = training_loop(config, prepared)
    try:
        summary = fit(loop, FitOptions(report=lambda _epoch, _losses: advance(1)))
    except Interrupted as stop:
        raise KeyboardInterrupt from stop
    cost = {"train_seconds": round(summary["seconds"], 2), "peak_rss_mb": _peak_mb()}
    started = time.perf_counter()
    trained = encode_items(loop.model, config.bits, prepared, rows)
    seconds = time.perf_counter() - started
    trained.cost.update(
        cost,
        encode_items_per_second=round(2 * len(rows) / seconds),
        bytes_per_item=packed_width(config.bits),
    )
    return trained


def encode_items(
    model: TwoBranch, bits: int, prepared: Prepared, rows: NDArray[np.int64]
) -> Trained:
    """Outputs and codes of the items ``rows`` by a network.

    Raises:
        HierhashError: Some outputs are not finite, for the training diverged.
    """
    outputs = {}
    for modality, features in (("image", prepared.items.image), ("text", prepared.items.text)):
        outputs[modality] = np.zeros((len(prepared.catalogue), bits), dtype=np.float32)
        own = outputs_of(model.branch(modality), FeatureRows(features[rows]))
        if not np.isfinite(own).all():
            raise HierhashError(
                f"{modality} outputs are not finite: the training diverged; lower training.lr"
            )
        outputs[modality][rows] = own
    codes = {modality: pack(values) for modality, values in outputs.items()}
    return Trained(model, bits, outputs, codes)


def _reset_peak() -> None:
    # Only Linux can start the count anew; elsewhere the peak is the process's.
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mb() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return round(int(line.split()[1]) / 1024)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
