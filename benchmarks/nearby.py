"""Recall and speed of accelerators, on the codes of an index and on 1,000,000 made-up ones.

Of an index the items are asked by their own texts: the 20 nearest pictures of 500 of them. Made-up
codes are those of a tree of 10 x 10 x 10 classes, each item its class's code with every tenth bit
turned, so that nearly all codes differ. Per kind a line of nearby.jsonl: how long it takes to make,
the share of the 20 nearest that it finds (any item as near as the last of the exact answers), and
milliseconds a query, alone and in a batch, with the exact scan of the same run beside it.
NAME*30 takes the items 30 times.
Run: python benchmarks/nearby.py NAME=INDEX_FOLDER [NAME*30=INDEX_FOLDER] [made-up]
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from hierhash.answering.asking import text_reader
from hierhash.codes.nearest import nearest
from hierhash.environment import environment
from hierhash.retrieval.accelerator import KINDS, Accelerator
from hierhash.retrieval.load_index import load_index
from hierhash.storage.json_files import append_line

RESULTS = Path(__file__).resolve().parent / "results" / "nearby.jsonl"
QUERIES, FIRST, REPEATS, ITEMS, BITS = 500, 20, 5, 1_000_000, 64


def of_index(folder: Path):
    """Its codes, and codes of texts that ask."""
    index = load_index(folder)
    reader = text_reader(index.run)
    rng = np.random.default_rng(0)
    texts = [str(index.item(row)["text"] or "") for row in rng.permutation(len(index))[:QUERIES]]
    return index.codes, reader.encode([text for text in texts if text]).codes


def made_up():
    """Codes of a tree with turned bits, and queries of the same kind."""
    rng = np.random.default_rng(0)

    def turned(codes, share):
        bits = np.packbits(rng.random((len(codes), BITS)) < share, axis=1)
        return codes ^ bits

    top = rng.integers(0, 256, (10, BITS // 8), dtype=np.uint8)
    leaves = turned(np.repeat(top, 100, axis=0), 0.15)
    return tuple(turned(leaves[rng.integers(0, 1000, n)], 0.1) for n in (ITEMS, QUERIES))


def milliseconds(find, queries) -> tuple[float, float]:
    """Of a query alone, and of one of a batch."""
    started = perf_counter()
    for query in queries[:100]:
        find(query[None], FIRST)
    between = perf_counter()
    find(queries, FIRST)
    return (between - started) * 10, (perf_counter() - between) * 1000 / len(queries)


def main(name: str, codes, queries) -> None:
    """Measures one set of codes."""

    def scan(asked, k):
        return nearest(asked, codes, k)

    limit = scan(queries, FIRST)[0][:, -1:]
    for kind in KINDS:
        started = perf_counter()
        made = Accelerator.of(kind, codes)
        seconds = perf_counter() - started
        recall = float((made.nearest(queries, FIRST)[0] <= limit).mean())
        runs = [
            (*milliseconds(made.nearest, queries), *milliseconds(scan, queries))
            for _ in range(REPEATS)
        ]
        names = ("single_ms", "batch_ms", "scan_single_ms", "scan_batch_ms")
        found = {
            key: round(median(run[place] for run in runs), 4) for place, key in enumerate(names)
        }
        line = {"benchmark": "nearby", "codes_of": name, "bits": 8 * codes.shape[1]}
        line |= made.about() | found | {"recall": round(recall, 4), "seconds": round(seconds, 2)}
        print(line)
        line |= {"command": f"python benchmarks/nearby.py {name}", "environment": environment()}
        line["commit"] = environment()["commit"]
        append_line(RESULTS, line)


if __name__ == "__main__":
    for word in sys.argv[1:]:
        called, _, place = word.partition("=")
        found, asked = made_up() if called == "made-up" else of_index(Path(place))
        times = int(called.partition("*")[2] or 1)
        main(called, np.tile(found, (times, 1)), asked)
