"""Recall and speed of structures that compare a query with few items: Annoy, LSH, MinHash banding.

On the shipped sample, for the queries of its split against the other items, one at a time on one
thread. Picture features of unit length: Annoy's trees, tables of random hyperplanes, and faiss's
IndexLSH, against an exact scan by faiss (IndexFlatIP). Words of texts: bands of MinHash
(datasketch) against an exact scan of Jaccard similarities. A line of ann.jsonl each: the share of
the 20 nearest that is found (any item as near as the last of the exact answers), queries a second
as a multiple of the exact scan's in the same run, and the share of items compared, as measured and,
where there is a formula, as it foretells. ``*30`` takes the items 30 times, each but the first with
noise: a catalogue has tens of thousands.
Run: python benchmarks/ann.py [sample] [sample*30]
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median
from time import perf_counter

import faiss
import numpy as np
from scipy import sparse

from hierhash.environment import environment
from hierhash.errors import ConfigError
from hierhash.plain_text import plain
from hierhash.storage.json_files import append_line

RESULTS = Path(__file__).resolve().parent / "results" / "ann.jsonl"
FIRST, REPEATS, SEED, NOISE = 20, 3, 0, 0.3
TREES, TABLES, BANDS = (10, 50), ((8, 10), (32, 10), (32, 14)), ((16, 2), (32, 2), (16, 4))
SCANNED = (256, 1024)


class Annoy:
    """Trees of random projections: 20 answers of all leaves that ``search_k`` nodes lead to."""

    def __init__(self, rows, trees, search_k=-1):
        from annoy import AnnoyIndex

        self.index, self.search_k = AnnoyIndex(rows.shape[1], "angular"), search_k
        self.index.set_seed(SEED)
        for place, row in enumerate(rows):
            self.index.add_item(place, row)
        self.index.build(trees, n_jobs=1)

    def nearest(self, row):
        """The places of the first answers, best first, and how many items were compared."""
        return self.index.get_nns_by_vector(row, FIRST, self.search_k), None


class Tables:
    """Tables of random hyperplanes: items in the query's cell of any table, compared exactly."""

    def __init__(self, rows, tables, bits):
        rng = np.random.default_rng(SEED)
        self.rows = rows
        self.planes = rng.standard_normal((rows.shape[1], tables * bits)).astype(np.float32)
        self.powers, self.shape = 1 << np.arange(bits), (tables, bits)
        self.cells = [defaultdict(list) for _ in range(tables)]
        for place, keys in enumerate(self.keys(rows)):
            for cells, key in zip(self.cells, keys.tolist(), strict=True):
                cells[key].append(place)

    def keys(self, rows):
        """The number of each row's cell in each table."""
        signs = (rows @ self.planes >= 0).reshape(len(rows), *self.shape)
        return signs @ self.powers

    def candidates(self, row):
        """Items in the row's cell of any table, rising."""
        keys = self.keys(row[None])[0].tolist()
        own = [cells.get(key, ()) for cells, key in zip(self.cells, keys, strict=True)]
        return np.array(sorted(set().union(*own)), dtype=np.int64)

    def nearest(self, row):
        """The places of the first answers, best first, and how many items were compared."""
        near = self.candidates(row)
        return near[np.argsort(-(self.rows[near] @ row), kind="stable")[:FIRST]], len(near)

    def foretold(self, rows):
        """The share of items compared: the mean of 1 - (1 - (1 - angle / pi)^bits)^tables."""
        angles = np.arccos(np.clip(rows @ self.rows.T, -1, 1)) / np.pi
        tables, bits = self.shape
        return float((1 - (1 - (1 - angles) ** bits) ** tables).mean())


class Scan:
    """One of faiss's indexes, searched whole."""

    def __init__(self, index, rows):
        self.index = index
        index.train(rows)
        index.add(rows)

    def nearest(self, row):
        """The places of the first answers, best first, and how many items were compared."""
        return self.index.search(row[None], FIRST)[1][0], None


class Sets:
    """The exact scan of Jaccard similarities of sets, rows of a sparse 0/1 matrix."""

    def __init__(self, rows):
        self.rows = rows
        self.sizes = np.diff(rows.indptr)

    def similarities(self, row, places=None):
        """Jaccard similarities of a set, given by its words, and the sets at ``places``."""
        rows, sizes = (
            (self.rows, self.sizes) if places is None else (self.rows[places], self.sizes[places])
        )
        whole = np.zeros(rows.shape[1], dtype=np.float32)
        whole[row] = 1
        shared = rows @ whole
        return shared / np.maximum(sizes + len(row) - shared, 1)

    def nearest(self, row):
        """The places of the first answers, best first, and how many items were compared."""
        return np.argsort(-self.similarities(row), kind="stable")[:FIRST], None


class Bands:
    """MinHash in ``bands`` bands of ``rows`` values: items that share a band, compared exactly."""

    def __init__(self, sets, bands, rows):
        from datasketch import MinHash, MinHashLSH

        self.sets, self.shape = sets, (bands, rows)
        self.index = MinHashLSH(num_perm=bands * rows, params=(bands, rows))
        self.none = MinHash(bands * rows, seed=SEED + 1)
        for place in range(sets.rows.shape[0]):
            own = sets.rows.indices[sets.rows.indptr[place] : sets.rows.indptr[place + 1]]
            self.index.insert(place, self.signature(own), check_duplication=False)

    def signature(self, words):
        """MinHash of a set of words."""
        own = self.none.copy()
        own.update_batch([str(word).encode() for word in words])
        return own

    def nearest(self, row):
        """The places of the first answers, best first, and how many items were compared."""
        near = np.array(sorted(self.index.query(self.signature(row))), dtype=np.int64)
        if not len(near):
            return near, 0
        order = np.argsort(-self.sets.similarities(row, near), kind="stable")[:FIRST]
        return near[order], len(near)

    def foretold(self, rows):
        """The share of items compared: the mean of 1 - (1 - J^rows)^bands."""
        bands, values = self.shape
        near = np.stack([self.sets.similarities(row) for row in rows])
        return float((1 - (1 - near**values) ** bands).mean())


def asked(structure, queries):
    """Answers, and the mean share of items compared, or None."""
    found = [structure.nearest(row) for row in queries]
    compared = [count for _, count in found if count is not None]
    return [places for places, _ in found], (sum(compared) / len(found)) if compared else None


def ratio(structure, exact, queries):
    """Queries a second, as a multiple of those of the exact scan; the median of some runs."""
    runs = []
    for _ in range(REPEATS):
        seconds = []
        for one in (structure, exact):
            started = perf_counter()
            for row in queries:
                one.nearest(row)
            seconds.append(perf_counter() - started)
        runs.append(seconds[1] / seconds[0])
    return median(runs)


def recall(answers, similarities, limits):
    """The share of the first answers that are as near as the last of the exact ones."""
    good = [
        sum(similarities[query][place] >= limit - 1e-6 for place in places[:FIRST])
        for query, (places, limit) in enumerate(zip(answers, limits, strict=True))
    ]
    return float(np.mean(good)) / FIRST


def measure(name, structures, exact, queries, similarities):
    """A line for each structure, a function that makes it by its name and settings."""
    n = similarities.shape[1]
    limits = -np.sort(-similarities, axis=1)[:, FIRST - 1]
    for (kind, settings), make in structures.items():
        started = perf_counter()
        made = make()
        seconds = perf_counter() - started
        answers, compared = asked(made, queries)
        line = {"benchmark": "ann", "items_of": name, "structure": kind, "settings": settings}
        line |= {"items": n, "queries": len(queries), "seed": SEED, "build_s": round(seconds, 2)}
        line["recall"] = round(recall(answers, similarities, limits), 4)
        line["speed_ratio"] = round(ratio(made, exact, queries), 3)
        if compared is not None:
            line["compared"] = round(compared / n, 4)
            line["compared_foretold"] = round(made.foretold(queries), 4)
        print(line)
        line |= {"command": f"python benchmarks/ann.py {name}", "environment": environment()}
        line["commit"] = environment()["commit"]
        append_line(RESULTS, line)


def sample():
    """Unit picture features, and bags of words, of queries and of the other items."""
    from hierhash.config.reading import resolve_config
    from hierhash.prepare import prepare

    given = {"data": {"source": "sample", "tree": "sample.yaml"}}
    given["features"] = {"image": {"name": "efficientnet_lite0", "size": [128, 128]}}
    config = resolve_config(given | {"method": "features_cosine"})
    prepared = prepare(config.data, config.features, "cpu")
    items, asking = prepared.items, prepared.split.query
    others = np.setdiff1d(np.arange(items.n), asking)
    both = [[items.having(one, rows) for rows in (asking, others)] for one in ("image", "text")]
    pictures = [items.rows["image"][rows].astype(np.float32) for rows in both[0]]
    words = [
        (sparse.csr_array(items.rows["text"][rows]) > 0).astype(np.float32) for rows in both[1]
    ]
    return pictures, words


def unit(rows):
    return np.ascontiguousarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def times_of(name):
    """How many times over a name takes the sample.

    Raises:
        ConfigError: It is another name.
    """
    found = re.fullmatch(r"sample(?:\*([1-9][0-9]{0,3}))?", name)
    if not found:
        raise ConfigError(f"'{plain(name)}' is no set of this benchmark; give sample or sample*N")
    return int(found[1] or 1)


def main(names):
    """Measures the sample, or the sample some times over; the exit code."""
    try:
        times = [times_of(name) for name in names]  # before anything is measured
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    for name, own in zip(names, times, strict=True):
        measure_sample(name, own)
    return 0


def measure_sample(name, times):
    """Lines of the pictures of the sample so many times over and, of the sample once, of texts."""
    faiss.omp_set_num_threads(1)
    (asking, items), (texts, others) = sample()
    rng = np.random.default_rng(SEED)
    more = [
        items + NOISE * items.std(axis=0) * rng.standard_normal(items.shape).astype(np.float32)
        for _ in range(times - 1)
    ]
    asking, items = unit(asking), unit(np.concatenate([items, *more]))
    exact = Scan(faiss.IndexFlatIP(items.shape[1]), items)
    d = items.shape[1]
    made = {("annoy", f"{n} trees"): lambda n=n: Annoy(items, n) for n in TREES}
    made |= {
        ("annoy", f"{n} trees, search_k {100 * n}"): lambda n=n: Annoy(items, n, 100 * n)
        for n in TREES
    }
    made |= {
        ("hyperplane tables", f"{t} of {b} bits"): lambda t=t, b=b: Tables(items, t, b)
        for t, b in TABLES
    }
    made |= {
        ("IndexLSH", f"{b} bits"): lambda b=b: Scan(faiss.IndexLSH(d, b), items) for b in SCANNED
    }
    measure(f"{name} pictures", made, exact, asking, asking @ items.T)
    if times > 1:
        return
    sets = Sets(others.tocsr())
    rows = [texts.indices[texts.indptr[i] : texts.indptr[i + 1]] for i in range(texts.shape[0])]
    rows = [row for row in rows if len(row)]
    made = {("MinHash bands", f"{b} of {r}"): lambda b=b, r=r: Bands(sets, b, r) for b, r in BANDS}
    measure(f"{name} texts", made, sets, rows, np.stack([sets.similarities(row) for row in rows]))


def table(lines):
    """The lines of ann.jsonl as a table of Markdown, the last of each structure and setting.

    Speed is in queries a second, the exact scan's being 1; compared and foretold are shares.
    """
    last = {(one["items_of"], one["structure"], one["settings"]): one for one in lines}
    names = "items", "structure", "settings", "recall@20", "speed", "compared", "foretold"
    rows = ["| " + " | ".join(names) + " |", "| --- | --- | --- | ---: | ---: | ---: | ---: |"]
    for (name, kind, settings), one in last.items():
        shares = [
            f"{one[key]:.1%}" if key in one else "" for key in ("compared", "compared_foretold")
        ]
        cells = [
            f"{name} ({one['items']:,})",
            kind,
            settings,
            f"{one['recall']:.3f}",
            f"{one['speed_ratio']:.2f}",
            *shares,
        ]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["sample"]))
