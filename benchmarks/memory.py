"""Peak memory of training on 25,000, 50,000 and 100,000 pairs: it grows with n, not with n x n.

Each n is trained in a fresh process, whose anonymous and shared resident pages are read all the
while; pages of mapped files (libraries, cached features) are not counted, for the system may drop
them. An epoch is cut to a few steps of each modality: every step has the same shapes, so the others
would repeat its memory. Linux only.
"""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from speed import RESULTS

from hierhash.branches.image_networks import ImageBranchSettings
from hierhash.branches.mlp import MLPSettings
from hierhash.data.synthetic import Synthetic
from hierhash.environment import environment
from hierhash.methods.dcmh_loop import build_loop
from hierhash.methods.dcmh_settings import DCMHSettings
from hierhash.storage.json_files import append_line
from hierhash.training.items import Items
from hierhash.training.settings import LoopSettings

SIZES = (25_000, 50_000, 100_000)
WIDTH, BITS, HIDDEN, STEPS = 256, 64, 1024, 20
MB = 1e6


def train(n: int) -> None:
    """A cut epoch on n made-up pairs; says the resident pages before the data is made."""
    torch.set_num_threads(1)  # a busy machine makes threads wait for each other
    print(resident("self"), flush=True)
    recipe = Synthetic(n, image_dim=WIDTH, text_dim=WIDTH)
    image, text = (np.empty((n, WIDTH), dtype=np.float32) for _ in range(2))
    leaf = np.empty(n, dtype=np.int64)
    for chunk in recipe.chunks():
        rows = slice(chunk.start, chunk.start + len(chunk.leaf))
        image[rows], text[rows], leaf[rows] = chunk.image_features, chunk.text_features, chunk.leaf
    tree, paths = recipe.tree(), recipe.leaf_paths()
    labels = tree.encode([["/".join(paths[i])] for i in leaf.tolist()])
    everyone = np.ones(n, dtype=bool)
    settings = DCMHSettings(
        image=ImageBranchSettings(hidden=HIDDEN),
        text=MLPSettings(hidden=HIDDEN),
        training=LoopSettings(epochs=1),
    )
    rows = {"image": image, "text": text}
    items = Items(rows, dict.fromkeys(rows, everyone), labels)
    loop = build_loop(settings, tree, items, BITS, seed=0)
    every_batch = loop._batches
    loop._batches = lambda modality: islice(every_batch(modality), STEPS)
    losses = loop.run_epoch()
    if not np.isfinite(list(losses.values())).all():
        raise SystemExit("the losses are not finite")


def resident(process: str) -> float:
    """Anonymous and shared resident pages of a process, in MB; 0 when it has ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    kilobytes = [
        int(line.split()[1])
        for line in status.splitlines()
        if line.startswith(("RssAnon", "RssShmem"))
    ]
    return sum(kilobytes) * 1024 / MB


def measure(n: int) -> dict[str, float]:
    """Trains in a process of its own; its pages with nothing but the libraries, and their peak."""
    started = time.perf_counter()
    words = [sys.executable, __file__, str(n)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, resident(str(process.pid)))
            time.sleep(0.005)
        libraries = float(process.stdout.readline()) if process.stdout else 0.0
    if process.returncode:
        raise SystemExit(f"training at n = {n} failed")
    return {"libraries": libraries, "peak": peak, "seconds": time.perf_counter() - started}


def main() -> None:
    """Measures each n, prints the table and appends one line for each n."""
    print(f"{'n':>8} {'libraries':>10} {'peak':>8} {'features':>9} {'n x n':>8}   (MB)")
    for n in SIZES:
        found = measure(n)
        features, square = 2 * n * WIDTH * 4 / MB, n * n * 4 / MB
        print(
            f"{n:8,} {found['libraries']:10.0f} {found['peak']:8.0f} {features:9.0f} {square:8,.0f}"
        )
        line = {
            "benchmark": "memory",
            "subject": f"training, n = {n:,}, {BITS} bits, 2 x {WIDTH} features, {HIDDEN} hidden",
            "rival": "one n x n float32 array",
            "libraries_mb": round(found["libraries"]),
            "peak_mb": round(found["peak"]),
            "features_mb": round(features),
            "rival_mb": round(square),
            "seconds": round(found["seconds"]),
            "commit": environment()["commit"],
            "environment": environment()["packages"],
        }
        append_line(RESULTS, line)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        train(int(sys.argv[1]))
    else:
        main()
