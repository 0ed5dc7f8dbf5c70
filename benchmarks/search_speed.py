"""Search through an index against the bare FAISS call: 1,000,000 random codes of 64 bits.

Batches of 1,000 queries, the 100 nearest, and single ones, the 20 nearest with their metadata, in
canonical order; without a filter, and
below a node that holds 1 % of the items. Ratios of one run, appended to speed.jsonl.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter

import faiss
import numpy as np
from speed import record

from hierhash.codes.coded import Coded
from hierhash.codes.distances import Hamming
from hierhash.labels.items import ItemLabels
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.items import metadata_lines

ITEMS, BITS, QUERIES, REPEATS, SINGLES = 1_000_000, 64, 1_000, 5, 50
K, SHOWN = 100, 20  # answers to a query of a batch, and to a single one


def problem():
    """An index, queries, and the rows below a node of 1 %."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 256, (ITEMS, BITS // 8), dtype=np.uint8)
    leaf = rng.integers(0, 100, ITEMS).astype(np.int32)
    labels = ItemLabels(leaf[:, None], np.arange(ITEMS + 1))
    one = metadata_lines([{"id": "0", "text": "a red dress", "paths": [["A"]], "image": None}])
    manifest = {"bits": BITS, "model_sha256": "0"}
    run = Path(tempfile.gettempdir())
    index = ExactIndex(codes, one * ITEMS, labels, manifest, run, Hamming(BITS))
    queries = rng.integers(0, 256, (QUERIES, BITS // 8), dtype=np.uint8)
    return index, queries, index.rows_under(1, 7)


def seconds(work) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def main() -> None:
    """Measures, all in turn, REPEATS times."""
    index, queries, rows = problem()
    bare = faiss.IndexBinaryFlat(BITS)
    bare.add(index.codes)
    threads = faiss.omp_get_max_threads()

    def bare_batch():
        faiss.omp_set_num_threads(threads)
        bare.search(queries, K)

    def bare_singles():
        faiss.omp_set_num_threads(1)
        for query in queries[:SINGLES]:
            bare.search(query[None], SHOWN)

    def singles(under=None):
        for query in queries[:SINGLES]:
            index.search(Coded(query[None]), SHOWN, under)

    found, (_, wanted) = index.nearest(queries[:SINGLES], K)[1], bare.search(queries[:SINGLES], K)
    if not (found == wanted).all():
        raise SystemExit("the answers differ")
    works = {
        "batch of 1,000 queries": (lambda: index.nearest(queries, K), bare_batch),
        "single query": (singles, bare_singles),
        "batch of 1,000 queries, below a node of 1 %": (
            lambda: index.nearest(queries, K, rows),
            bare_batch,
        ),
        "single query, below a node of 1 %": (lambda: singles(rows), bare_singles),
    }
    ratios: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(REPEATS):
        for name, (own, rival) in works.items():
            ratios[name].append(seconds(rival) / seconds(own))
    for name, own in ratios.items():
        record("search", f"{name}, n = 1,000,000, 64 bits", "bare FAISS, all items", own)


if __name__ == "__main__":
    main()
