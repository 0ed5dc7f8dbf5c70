"""New leaves without training anew: five leaves of Fashion Product Images, held out and then added.

A line of benchmarks/results/new_leaves.jsonl for each seed and setting: scores of the queries of
the five leaves and of all others, against the whole database. The five have the ranks 20, 30, ...,
60 by training items. HIERHASH_DATA names the data; ``--seeds 0 1 2`` says what to train.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.results import refuse_changed_code
from hierhash.bench.scores import CROSS, direction_scores
from hierhash.bench.suite import find_suite, load_suite
from hierhash.bench.trained import encode_items
from hierhash.data.split.split import Split
from hierhash.environment import environment
from hierhash.features.text_vectorisers import text_vectoriser
from hierhash.labels.paths import format_path
from hierhash.labels.tree import LabelTree
from hierhash.methods.expected_tree_codes import ExpectedTreeCodes
from hierhash.methods.method import Problem
from hierhash.methods.new_rows import PULL
from hierhash.prepare import Prepared, prepare
from hierhash.storage.json_files import append_line
from hierhash.training.fit import Watch
from hierhash.training.items import Items

RESULTS = Path(__file__).resolve().parent / "results" / "new_leaves.jsonl"
RANKS = (20, 30, 40, 50, 60)
BITS, FEW, STIFF = 64, 10, 1e9
Leaves = NDArray[np.int64]


@dataclass(frozen=True)
class Held:
    """The data with some leaves kept from training.

    Args:
        prepared: All of it; texts in the words of the training items that are left.
        leaves: The held leaves.
        old: The tree without them.
    """

    prepared: Prepared
    leaves: Leaves
    old: LabelTree

    @property
    def leaf(self) -> Leaves:
        """The leaf of each item."""
        return self.prepared.labels.single_codes[:, -1].astype(np.int64)

    def without(self, rows: Leaves) -> Items:
        """Items of other leaves, labelled in the tree without the held ones."""
        kept = rows[~np.isin(self.leaf[rows], self.leaves)]
        labels = [self.prepared.catalogue.labels[row] for row in kept]
        return replace(self.prepared.items.subset(kept), labels=self.old.encode(labels))

    def shown(self, few: int | None, seed: int) -> Items:
        """So many training items of each held leaf, drawn at random; None: all."""
        rng = np.random.default_rng(seed)
        own = []
        for leaf in self.leaves:
            rows = self.prepared.split.train[self.leaf[self.prepared.split.train] == leaf]
            own.append(rows if few is None else rng.permutation(rows)[:few])
        return self.prepared.items.subset(np.sort(np.concatenate(own)))


def training_counts(prepared: Prepared) -> Leaves:
    leaf = prepared.labels.single_codes[prepared.split.train, -1]
    return np.bincount(leaf[leaf >= 0], minlength=len(prepared.tree.leaves))


def hold_out(prepared: Prepared, spec: object) -> Held:
    order = np.argsort(-training_counts(prepared), kind="stable")
    leaves = np.sort(order[[rank - 1 for rank in RANKS]])
    tree = prepared.tree
    kept = [one for number, one in enumerate(tree.leaves) if number not in leaves]
    old = LabelTree.from_paths(
        kept, name=tree.name, levels=tree.levels, level_weights=tree.level_weights
    )
    # Words that the held leaves alone have are not known when a run is trained without them.
    train, texts = prepared.split.train, prepared.catalogue.texts
    left = train[~np.isin(prepared.labels.single_codes[train, -1], leaves)]
    words = text_vectoriser(spec)
    words.fit([text for row in left if (text := texts[row]) is not None])
    rows = dict(prepared.items.rows) | {"text": words.transform([text or "" for text in texts])}
    items = replace(prepared.items, rows=rows)
    return Held(replace(prepared, items=items, vectoriser=words), leaves, old)


def trained(
    settings: object, tree: LabelTree, train: Items, calibrate: Items, seed: int
) -> ExpectedTreeCodes:
    method = ExpectedTreeCodes(settings, Problem(tree, BITS, train.shapes, seed))
    method.check(train)
    method.fit(train, Watch())
    method.calibrate(calibrate)
    return method


def extensions(held: Held, method: ExpectedTreeCodes, seed: int) -> Iterator[tuple]:
    """Settings, methods and the seconds that extending took."""
    yield "not extended", 0, method, 0.0
    for few in (FEW, None):
        for name, pull in (("class means", STIFF), ("fitted rows", PULL)):
            items = held.shown(few, seed)
            started = time.perf_counter()
            grown = method.extend(held.prepared.tree, items, pull)
            yield name, few, grown, time.perf_counter() - started


def scores(method: ExpectedTreeCodes, prepared: Prepared, leaves: Leaves) -> dict:
    """Tie-aware map_leaf and hap of queries of these leaves and of others."""
    split: Split = prepared.split
    coded = encode_items(method, prepared, split.query, split.database)
    new = np.isin(prepared.labels.single_codes[split.query, -1], leaves)
    found: dict = {}
    for part, rows in (("new", split.query[new]), ("old", split.query[~new])):
        for direction in CROSS:
            own = direction_scores(coded, prepared, direction, rows, split.database, False)
            means = {name: round(own.means[name], 5) for name in ("map_leaf", "hap")}
            counted = len(own.per_query["leaf"]) - own.skipped
            found.setdefault(part, {})[direction] = {"n": counted, **means}
    return found


def main(seeds: Sequence[int]) -> None:
    refuse_changed_code(RESULTS.parent, environment()["commit"])
    made_with = environment()
    suite = load_suite(find_suite("fashion"))
    prepared = prepare(suite.data, suite.features, "cpu")
    held = hold_out(prepared, suite.features.text)
    split, counts = prepared.split, training_counts(prepared)
    row = next(row for row in suite.rows if row.method == "expected_tree_codes")
    for seed in seeds:
        settings = suite.config(row, BITS, seed, {}).model
        whole = trained(
            settings,
            prepared.tree,
            prepared.items.subset(split.train),
            prepared.items.subset(split.calibrate),
            seed,
        )
        parts = held.without(split.train), held.without(split.calibrate)
        done = [
            *(
                (held.prepared, *one)
                for one in extensions(held, trained(settings, held.old, *parts, seed), seed)
            ),
            (prepared, "trained on all", None, whole, 0.0),
        ]
        for data, setting, few, method, seconds in done:
            line = {
                "benchmark": "new_leaves",
                "seed": seed,
                "setting": setting,
                "items": few if few is not None else "all",
                "leaves": {
                    format_path(prepared.tree.leaves[i]): int(counts[i]) for i in held.leaves
                },
                "scores": scores(method, data, held.leaves),
                "extend_seconds": round(seconds, 2),
                "command": " ".join(["python", "benchmarks/new_leaves.py", *sys.argv[1:]]),
                "commit": made_with["commit"],
                "environment": made_with["packages"],
                "machine": made_with["machine"],
            }
            append_line(RESULTS, line)
            print(seed, setting, line["items"], line["scores"], flush=True)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, nargs="+", default=[0])
    main(arguments.parse_args().seeds)
