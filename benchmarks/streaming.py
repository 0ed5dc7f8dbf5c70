"""Time and memory of an epoch of our method on 100,000 and 1,000,000 pairs: both grow with n.

Features lie on disk and are mapped, so their pages are the system's to drop, and a batch is paired
with 16,384 items. What the process itself holds that grows are DCMH's buffers, seven of n x width
floats while S times one of them is computed. Each n is trained in a fresh process. Linux only.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from memory import resident
from speed import RESULTS

from hierhash.bench.results import refuse_changed_code
from hierhash.branches.image_networks import ImageBranchSettings
from hierhash.branches.mlp import MLPSettings
from hierhash.data.synthetic import Synthetic
from hierhash.environment import environment
from hierhash.labels.items import ItemLabels
from hierhash.methods.dcmh_loop import build_loop
from hierhash.methods.expected_tree_codes import PRESET
from hierhash.storage.json_files import append_line
from hierhash.training.items import Items

SIZES = (100_000, 1_000_000)
FEATURES, HIDDEN = 64, 256


def mapped_items(recipe: Synthetic, folder: Path) -> Items:
    """The items of a recipe, their features in files of a folder."""
    rows = {
        name: np.lib.format.open_memmap(
            folder / f"{name}.npy", mode="w+", dtype=np.float32, shape=(recipe.n, FEATURES)
        )
        for name in ("image", "text")
    }
    leaf = np.empty(recipe.n, dtype=np.int64)
    for chunk in recipe.chunks():
        own = slice(chunk.start, chunk.start + len(chunk.leaf))
        rows["image"][own], rows["text"][own] = chunk.image_features, chunk.text_features
        leaf[own] = chunk.leaf
    codes = recipe.tree().leaf_ancestors.T[leaf].astype(np.int32)
    labels = ItemLabels(codes, np.arange(recipe.n + 1))
    return Items(rows, dict.fromkeys(rows, np.ones(recipe.n, dtype=bool)), labels)


def train(n: int) -> None:
    """One epoch on n made-up pairs; says the resident pages before the data are made, and time."""
    torch.set_num_threads(1)
    print(resident("self"), flush=True)
    recipe = Synthetic(n, image_dim=FEATURES, text_dim=FEATURES)
    with tempfile.TemporaryDirectory() as folder:
        items = mapped_items(recipe, Path(folder))
        own = PRESET.settings
        settings = replace(
            own,
            image=ImageBranchSettings(hidden=HIDDEN),
            text=MLPSettings(hidden=HIDDEN),
            training=replace(own.training, epochs=1),
        )
        loop = build_loop(settings, recipe.tree(), items, settings.width, seed=0)
        started = time.perf_counter()
        losses = loop.run_epoch()
        print(time.perf_counter() - started, flush=True)
    if not np.isfinite(list(losses.values())).all():
        raise SystemExit("the losses are not finite")


def measure(n: int) -> tuple[float, float]:
    """Trains in a process of its own; seconds of the epoch, and MB beyond the libraries."""
    words = [sys.executable, __file__, str(n)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, resident(str(process.pid)))
            time.sleep(0.02)
        said = process.stdout.read().split() if process.stdout else []
    if process.returncode or len(said) != 2:
        raise SystemExit(f"training at n = {n} failed")
    libraries, seconds = map(float, said)
    return seconds, peak - libraries


def main() -> None:
    """Measures each n, prints it and appends one line for each n."""
    refuse_changed_code(RESULTS.parent, environment()["commit"])
    for n in SIZES:
        seconds, peak = measure(n)
        print(f"n = {n:,}: {seconds:.0f} s an epoch, {peak:,.0f} MB beyond the libraries")
        line = {
            "benchmark": "streaming",
            "subject": f"expected_tree_codes, n = {n:,}, 2 x {FEATURES} features, {HIDDEN} hidden",
            "seconds_an_epoch": round(seconds, 1),
            "peak_mb": round(peak),
            "commit": environment()["commit"],
            "environment": environment()["packages"],
            "machine": environment()["machine"],
        }
        append_line(RESULTS, line)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        train(int(sys.argv[1]))
    else:
        main()
