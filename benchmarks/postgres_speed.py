"""An index in PostgreSQL: 100,000 codes of 64 bits, in the packaged server.

Seconds to fill it; milliseconds (median) of a search of the 100 nearest: exact, below the node of
about half of the items and that of about 1 %, of the 20 best scores, by words, by the graph; and
the share of the nearest that the graph finds. Codes are those of a tree of 10 x 10 x 10 classes
with one bit in ten turned over (``tree``), random ones (``random``), which no graph is good for, or
those of an index folder that is named. Some answers of each kind are held to a folder's.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from hierhash.codes.coded import Coded
from hierhash.codes.distances import Hamming
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.conditions import Below
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.items import metadata_lines
from hierhash.retrieval.load_index import load_index
from hierhash.retrieval.open_store import make_store
from hierhash.retrieval.run_files import finish_run
from hierhash.testing.small_store import small_index, small_run

ITEMS, BITS, QUERIES, K = 100_000, 64, 100, 100
PARTS = {f"{one}": [f"{one}{two}" for two in range(10)] for one in range(10)}
HALF = LabelTree.from_nested({"low": PARTS, "high": ["h"]}, name="shop")


def kinds(kind: str, rng: np.random.Generator, n: int):
    """Codes of n items, and their class of a hundred."""
    leaf = rng.integers(0, 1000, n)
    if kind == "random":
        return rng.integers(0, 256, (n, BITS // 8), dtype=np.uint8), leaf // 10
    tree = np.random.default_rng(1)
    parts = [tree.integers(0, 2, (size, bits)) for size, bits in ((10, 16), (100, 24), (1000, 24))]
    bits = np.concatenate([parts[0][leaf // 100], parts[1][leaf // 10], parts[2][leaf]], axis=1)
    return np.packbits(bits ^ (rng.random((n, BITS)) < 0.1), axis=1), leaf // 10


def problem(folder: Path, kind: str):
    """An index of which half lies below one node, and queries."""
    rng = np.random.default_rng(0)
    run = small_run(folder / f"run {kind}")
    HALF.to_yaml(run / "tree.yaml")
    finish_run(run)
    codes, leaf = kinds(kind, rng, ITEMS)
    low = rng.random(ITEMS) < 0.5
    paths = [
        [("low", f"{own // 10}", f"{own:02}")] if is_low else [("high", "h")]
        for own, is_low in zip(leaf, low, strict=True)
    ]
    names = [f"word{one}" for one in range(2000)]
    words = rng.zipf(1.3, (ITEMS, 6)) % len(names)
    items = [
        {
            "id": f"sku-{row}",
            "text": " ".join(names[one] for one in words[row]),
            "paths": [list(path) for path in paths[row]],
            "image": f"pictures/{row}.jpg",
            "attributes": {"brand": f"b{row % 50}", "price": f"{row % 997}"},
        }
        for row in range(ITEMS)
    ]
    base = small_index(run, 1)
    empty = base.facets["colour"].subset(np.zeros(0, int))
    none = replace(empty, offsets=np.zeros(ITEMS + 1, np.int64))
    manifest = base.manifest | {"bits": BITS, "segments": {"category": BITS}}
    lines, labels = metadata_lines(items), HALF.encode(paths)
    index = ExactIndex(codes, lines, labels, manifest, run, Hamming(BITS), {"colour": none})
    return index, kinds(kind, np.random.default_rng(2), QUERIES)[0]


def of_folder(folder: Path):
    """An index and some of its codes, one bit in twenty turned over."""
    index, rng = load_index(folder), np.random.default_rng(2)
    own = index.codes[rng.choice(len(index), QUERIES)]
    bits = np.unpackbits(own, axis=1)
    return index, np.packbits(bits ^ (rng.random(bits.shape) < 0.05), axis=1)


def real_codes(asked):
    """Real outputs of these signs."""
    signs = np.unpackbits(asked, axis=1).astype(np.float32) * 2 - 1
    sizes = np.random.default_rng(3).random(signs.shape).astype(np.float32)
    return np.tanh(3 * sizes) * signs


def below(store, share: float):
    """The condition of the node whose share of the items is nearest to this one."""
    tree = store.tree or LabelTree.from_yaml(store.run / "tree.yaml")
    every = [[Below("category", node)] for node in tree.nodes]
    return min(every, key=lambda where: abs(store.count(where) / len(store) - share))


def timed(work) -> float:
    """Median milliseconds of work on each query."""
    seconds = []
    for at in range(QUERIES):
        started = perf_counter()
        work(at)
        seconds.append(perf_counter() - started)
    return 1000 * median(seconds)


def measure(kind: str, home: Path) -> None:
    """Fills a store, and prints how long its answers take without a graph and with one."""
    index, asked = of_folder(Path(kind)) if Path(kind).is_dir() else problem(home, kind)
    name = "own" if Path(kind).is_dir() else kind
    started = perf_counter()
    store = make_store(f"pgserver:{home}/data#{name}", index)
    print(f"{name} codes: filled with {len(index):,} items in {perf_counter() - started:.1f} s")
    coded = [Coded(asked[at : at + 1], one[None]) for at, one in enumerate(real_codes(asked))]
    few = below(store, 0.01)
    check(store, make_store(str(home / f"index {name}"), index), coded, few)
    for where in ([], below(store, 0.5), few):
        ms = timed(lambda at, where=where: store.nearest(coded[at].codes, K, where))
        print(f"  exact, {store.count(where):,} items: {ms:.1f} ms")
    scores = "the 20 best scores"
    print(f"  {scores}, all: {timed(lambda at: store.search(coded[at], 20)):.1f} ms")
    print(f"  {scores}, about 1 %: {timed(lambda at: store.search(coded[at], 20, few)):.1f} ms")
    print(f"  two words: {timed(lambda at: store.words(f'word{at} word{at + 900}', 20)):.1f} ms")
    exact = [store.nearest(one.codes, K)[0][0] for one in coded]
    started = perf_counter()
    store.accelerate()
    print(f"  graph built in {perf_counter() - started:.1f} s")
    found = [store.nearest(one.codes, K)[0][0] for one in coded]
    shares = [(own <= best[-1]).mean() for own, best in zip(found, exact, strict=True)]
    ms = timed(lambda at: store.nearest(coded[at].codes, K))
    print(f"  by the graph, all: {ms:.1f} ms, it finds {np.mean(shares):.1%} of the nearest")
    print(f"  {scores} by the graph: {timed(lambda at: store.search(coded[at], 20)):.1f} ms")
    store.close()


def check(store, folder, coded, few) -> None:
    """Ends where answers are not those of a folder."""
    for one in coded[:3]:
        for where in ([], few):
            found, wanted = (own.nearest(one.codes, K, where)[1] for own in (store, folder))
            if found.tolist() != wanted.tolist():
                raise SystemExit("the nearest differ")
            found, wanted = (
                [hit.row for hit in own.search(one, 20, where)] for own in (store, folder)
            )
            if found != wanted:
                raise SystemExit("the scores differ")


def main() -> None:
    """Measures the kinds of codes that are named, or tree and random."""
    with tempfile.TemporaryDirectory(prefix="hierhash-pg-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - as root the server is another user
        for kind in sys.argv[1:] or ["tree", "random"]:
            measure(kind, Path(folder))


if __name__ == "__main__":
    main()
