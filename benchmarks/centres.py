"""How long tree centres take: 2,000 made-up leaves and Google's product taxonomy, 128 bits.

A line for each tree in benchmarks/results/centres.jsonl. HIERHASH_DATA names the data: Google's
file lies in its folder ``taxonomies``.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import numpy as np

from hierhash.bench.results import refuse_changed_code
from hierhash.codes.tree_centres import stages, tree_centres
from hierhash.environment import environment
from hierhash.labels.tree import LabelTree
from hierhash.labels.weights import level_weights
from hierhash.storage.json_files import append_line

RESULTS = Path(__file__).resolve().parent / "results" / "centres.jsonl"
BITS = 128
NODE = re.compile(r" *\d+ \| \[ *(?P<left>\d+)- *(?P<right>\d+)\] \| (?P<name>.*)")


def made_up() -> LabelTree:
    """Four levels: 10 x 4 x 10 x 5 = 2,000 leaves."""
    grid = np.ndindex(10, 4, 10, 5)
    return LabelTree.from_paths(
        [tuple("-".join(map(str, at[: n + 1])) for n in range(4)) for at in grid]
    )


def google() -> LabelTree:
    """Google's taxonomy; what has nothing below it is a leaf, however deep it lies.

    A line is "id | [left-right] | name"; what lies below a node lies between its two numbers.
    """
    file = Path(os.environ["HIERHASH_DATA"]) / "taxonomies" / "google_taxonomy_with_ids.en-US.txt"
    paths: list[tuple[str, ...]] = []
    above: list[tuple[int, str]] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if found := NODE.match(line):
            while above and above[-1][0] < int(found["left"]):
                above.pop()
            above.append((int(found["right"]), found["name"].replace("/", " or ")))
            paths.append(tuple(name for _, name in above))
    return LabelTree.from_paths(paths)


def main() -> None:
    """Measures each tree and checks that no two leaves have one centre."""
    refuse_changed_code(RESULTS.parent, environment()["commit"])
    for name, tree in (("made up", made_up()), ("Google product taxonomy", google())):
        weights = level_weights("linear", tree.depth)
        started = time.perf_counter()
        centres = tree_centres(tree.leaf_ancestors, weights, stages(BITS))
        seconds = time.perf_counter() - started
        line = {
            "benchmark": "centres",
            "tree": name,
            "leaves": len(centres),
            "bits": BITS,
            "seconds": round(seconds, 1),
            "doubles": len(centres) - len(np.unique(centres, axis=0)),
            "command": "python benchmarks/centres.py",
            "commit": environment()["commit"],
            "environment": environment()["packages"],
            "machine": environment()["machine"],
        }
        append_line(RESULTS, line)
        print(f"{name}: {len(centres):,} leaves, {seconds:.0f} s, {line['doubles']} doubles")


if __name__ == "__main__":
    main()
