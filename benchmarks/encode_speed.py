"""Pictures to codes, from JPEG files: ours against the plain loop, EfficientNet-Lite0 at 128 px.

The plain loop opens, converts and resizes each picture by PIL and runs 64 at a time through eager
torch, fp32, contiguous. Pictures are those of the shipped sample, enlarged, with a grain that makes
a file weigh what a photo of its size does. Both in turn, in one process; ratios are appended to
speed.jsonl. Choosing the engine (and exporting the network, once a machine) is timed beside them.
On all database pictures it prints how many bits differ and what that costs in mAP.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from PIL import Image
from speed import record

from hierhash.api import train
from hierhash.data.images import ImageRef
from hierhash.environment import environment
from hierhash.features.efficientnet_lite import EfficientNetLite0
from hierhash.metrics.retrieval_suite import map_leaf
from hierhash.runs.bulk_features import bulk_features
from hierhash.runs.items import prepare_again

SIDES, COMPARED = (256, 512, 1024), 512
PICTURES, REPEATS, BATCH, SIZE, GRAIN = 384, 5, 64, (128, 128), 4.0


def write_pictures(catalogue, side: int, folder: Path):
    """The catalogue with its pictures as JPEG files of that side."""
    rng = np.random.default_rng(0)
    images = []
    for row, image in enumerate(catalogue.images):
        large = np.asarray(image.open().resize((side, side), Image.Resampling.BICUBIC))
        grain = rng.normal(0, GRAIN, (side, side, 1))
        path = folder / f"{row}.jpg"
        Image.fromarray(np.clip(large + grain, 0, 255).astype(np.uint8)).save(path, quality=90)
        images.append(ImageRef(path))
    return replace(catalogue, images=images)


@torch.inference_mode()
def plain(net, method, catalogue):
    """The loop that everyone writes first."""
    codes = []
    for start in range(0, len(catalogue), BATCH):
        pixels = [
            np.asarray(Image.open(one.path).convert("RGB").resize(SIZE, Image.Resampling.BILINEAR))
            for one in catalogue.images[start : start + BATCH]
        ]
        batch = torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2).contiguous().float()
        features = net.extract_features((batch - 127) / 128).mean(dim=(2, 3)).numpy()
        codes.append(method.encode({"image": features}, "database").codes)
    return np.concatenate(codes)


def ours(saved, bulk, catalogue):
    batches = bulk.batches(catalogue, ["image"], range(len(catalogue)), lambda *_: None)
    return np.concatenate([saved.method.encode(one.features, "database").codes for one in batches])


def seconds(work) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def compare(saved, prepared, codes, others) -> None:
    """Bits that differ, and the mAP of the query items' texts over both."""
    differing = int(np.bitwise_count(codes ^ others).sum())
    rows = prepared.items.having("text", np.asarray(prepared.split.query))
    texts = saved.method.encode({"text": prepared.items.rows["text"][rows]}, "query").codes
    labels = prepared.labels.subset(np.asarray(prepared.split.database))
    scores = [
        map_leaf(texts, one, 8 * codes.shape[1], prepared.labels.subset(rows), labels)
        for one in (codes, others)
    ]
    print(f"{len(codes)} pictures: {differing} of {8 * codes.size} bits differ")
    print(f"map_leaf of texts over pictures: plain {scores[0]:.4f}, ours {scores[1]:.4f}")


def main() -> None:
    """Measures, both in turn, REPEATS times a size."""
    print(
        f"{environment()['cpu']}, {torch.get_num_threads()} threads, load {os.getloadavg()[0]:.2f}"
    )
    with tempfile.TemporaryDirectory() as place:
        saved = train("sample", Path(place, "run"), seed=0).saved
        prepared = prepare_again(saved)
        catalogue = prepared.catalogue.subset(prepared.split.database)
        net = EfficientNetLite0(SIZE).net.to(memory_format=torch.contiguous_format)
        rival, own = partial(plain, net, saved.method), partial(ours, saved)
        for side in SIDES:
            folder = Path(place, str(side))
            folder.mkdir()
            chosen = range(len(catalogue) if side == COMPARED else PICTURES)
            pictures = write_pictures(catalogue.subset(chosen), side, folder)
            started = perf_counter()
            bulk = bulk_features(saved, pictures, "image", range(len(pictures)), "onnx")
            print(f"engine {bulk.told} in {perf_counter() - started:.1f} s")
            if side == COMPARED:
                compare(saved, prepared, rival(pictures), own(bulk, pictures))
            few = pictures.subset(range(PICTURES))
            ratios = []
            for _ in range(REPEATS):
                slow, fast = seconds(partial(rival, few)), seconds(partial(own, bulk, few))
                print(f"{side} px: {PICTURES / slow:.0f} and {PICTURES / fast:.0f} pictures/s")
                ratios.append(slow / fast)
            subject = f"encoding JPEG pictures of {side} x {side}, EfficientNet-Lite0 at 128 px"
            record("encode", subject, "PIL, then eager torch, 64 at a time", ratios)


if __name__ == "__main__":
    main()
