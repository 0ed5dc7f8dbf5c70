"""Whether an exported run codes as the run does: all database items, by picture, text and both.

    python benchmarks/export.py NAME=RUN=EXPORT [NAME=RUN=EXPORT ...]

The run's features of pictures are torch's, from the cache; the graphs read the pictures' files. A
line an input is printed and appended to results/export.jsonl: bits, those that differ, and how far
from its threshold the farthest of them lies.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

import numpy as np

from hierhash.environment import environment
from hierhash.exported.run import load_exported
from hierhash.exporting.agreement import Agreement, apart
from hierhash.features.reading_ahead import read_ahead
from hierhash.runs.items import prepare_again
from hierhash.runs.saved import load_run
from hierhash.storage.json_files import append_line

RESULTS = Path(__file__).parent / "results" / "export.jsonl"
BATCH = 256


def rows_of_graphs(exported, prepared, rows) -> dict[str, np.ndarray]:
    """What the graphs read of items, modality by modality; zeros of items that lack it."""
    catalogue, has = prepared.catalogue, prepared.items.has
    found = {one: np.zeros((len(rows), exported.layout.width)) for one in exported.modalities}
    own = np.flatnonzero(has["image"][rows])
    pictures = read_ahead(
        [catalogue.images[row] for row in rows[own].tolist()], exported.backbone.size
    )
    for start in range(0, len(own), BATCH):
        batch = own[start : start + BATCH]
        pixels = np.stack([next(pictures) for _ in batch])
        found["image"][batch] = exported.backbone.features(pixels)
    own = np.flatnonzero(has["text"][rows])
    for start in range(0, len(own), BATCH):
        batch = own[start : start + BATCH]
        texts = [catalogue.texts[row] for row in rows[batch].tolist()]
        found["text"][batch] = exported.text_rows(texts)
    return found


def main(name: str, run: Path, folder: Path) -> None:
    """Measures one run."""
    saved, exported = load_run(run), load_exported(folder)
    prepared = prepare_again(saved)
    rows = np.asarray(prepared.split.database)
    started = perf_counter()
    ours = rows_of_graphs(exported, prepared, rows)
    seconds = perf_counter() - started
    place = np.full(len(prepared.catalogue), -1)
    place[rows] = np.arange(len(rows))
    for modality in ("image", "text", "both"):
        found = Agreement(name)
        for given, own in prepared.items.given(modality, rows):
            if modality == "both" and len(given) < 2:
                continue
            for start in range(0, len(own), BATCH):
                batch = own[start : start + BATCH]
                theirs = {one: prepared.items.rows[one][batch] for one in given}
                graphs = {one: ours[one][place[batch]] for one in given}
                found.add(modality, *apart(saved, exported, theirs, graphs))
        line = {
            "benchmark": "export",
            "run": name,
            "modality": modality,
            "items": found.items[modality],
            "bits": found.bits,
            "differing": found.differing,
            "share": found.differing / found.bits,
            "farthest": found.farthest,
        }
        print(line)
        about = environment()
        append_line(RESULTS, line | {"environment": about, "commit": about["commit"]})
    print(f"{name}: graphs read {len(rows):,} items in {seconds:.0f} s")


if __name__ == "__main__":
    for word in sys.argv[1:]:
        called, first, second = word.split("=")
        main(called, Path(first), Path(second))
