"""What training costs when labels are coarse or missing: 30 % cut to the parent, 30 % taken away.

Of the suite fashion's training items, drawn by the training seed; validation, query and database
items keep their labels. A line for each run in benchmarks/results/partial_labels.jsonl; what stands
there is not run again.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from hierhash.bench.results import SuiteResults, refuse_changed_code
from hierhash.bench.run_one import final_scores
from hierhash.bench.suite import find_suite, load_suite
from hierhash.config.hash import config_hash
from hierhash.config.schema import RunConfig
from hierhash.environment import environment
from hierhash.labels.items import ItemLabels
from hierhash.new_method import pick_device
from hierhash.prepare import Prepared, prepare
from hierhash.storage.json_files import append_line, read_lines

RESULTS = Path(__file__).resolve().parent / "results" / "partial_labels.jsonl"
METHODS, SEEDS, BITS, SHARE = ("expected_tree_codes", "hierarchical_dcmh"), (0, 1, 2), 64, 0.3
DAMAGES = ("whole", "cut to the parent", "missing")


def damaged(labels: ItemLabels, train: np.ndarray, damage: str, seed: int) -> ItemLabels:
    """The labels with those of a share of the training items made coarser or taken away."""
    rng = np.random.default_rng(seed)
    drawn = rng.permutation(train)[: round(SHARE * len(train))]
    hit = np.isin(np.repeat(np.arange(labels.n), labels.counts), drawn)
    codes = labels.codes.copy()
    if damage == "missing":
        counts = np.where(np.isin(np.arange(labels.n), drawn), 0, labels.counts)
        return ItemLabels(codes[~hit], np.concatenate([[0], np.cumsum(counts)]))
    if damage == "cut to the parent":
        codes[hit, -1] = -1
    return ItemLabels(codes, labels.offsets)


def measure(config: RunConfig, prepared: Prepared, damage: str) -> dict[str, dict[str, float]]:
    """Scores by direction of a run on damaged labels."""
    labels = damaged(prepared.labels, prepared.split.train, damage, config.seed)
    spoilt = replace(prepared, items=replace(prepared.items, labels=labels))
    record, _, _ = final_scores(config, spoilt)
    return {
        direction: {name: own["hamming"][name] for name in ("map_leaf", "hap")}
        for direction, own in record["results"]["all"].items()
    }


def main() -> None:
    """Does the runs that are missing, with the settings that the suite's trials chose."""
    refuse_changed_code(RESULTS.parent, environment()["commit"])
    suite = load_suite(find_suite("fashion"))
    prepared = prepare(suite.data, suite.features, pick_device("auto"), needs=suite.needs)
    chosen = SuiteResults(suite, RESULTS.parent, prepared)
    rows = {row.method: row for row in suite.rows if not row.variant}
    done = {
        (line["config_sha256"], line["damage"], line["split_sha256"])
        for line in (read_lines(RESULTS) if RESULTS.exists() else [])
    }
    for seed in SEEDS:
        for method in METHODS:
            row = rows[method]
            config = suite.config(row, BITS, seed, chosen.choose(row))
            for damage in DAMAGES:
                about = {
                    "config_sha256": config_hash(config),
                    "damage": damage,
                    "split_sha256": prepared.split.sha256,
                }
                if tuple(about.values()) in done:
                    continue
                scores = measure(config, prepared, damage)
                line = {
                    "benchmark": "partial_labels",
                    "method": method,
                    "share": 0.0 if damage == "whole" else SHARE,
                    "bits": BITS,
                    "seed": seed,
                    **about,
                    "scores": scores,
                    "command": "python benchmarks/partial_labels.py",
                    "commit": environment()["commit"],
                    "environment": environment()["packages"],
                }
                append_line(RESULTS, line)
                hap = {one: scores[one]["hap"] for one in ("i2t", "t2i")}
                print(f"{method}, {damage}, seed {seed}: hap {hap}", flush=True)


if __name__ == "__main__":
    main()
