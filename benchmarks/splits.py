"""Whether the headline depends on its split: the same settings on three other draws of the parts.

Fashion Product Images, 64 bits; the settings are those that the suite's trials chose on split 0. A
line for each run in benchmarks/results/splits.jsonl; what stands there is not run again.
"""

from __future__ import annotations

from pathlib import Path

from hierhash.bench.results import SuiteResults, refuse_changed_code
from hierhash.bench.run_one import final_scores
from hierhash.bench.suite import find_suite, load_suite
from hierhash.config.hash import config_hash
from hierhash.environment import environment
from hierhash.new_method import pick_device
from hierhash.prepare import prepare
from hierhash.storage.json_files import append_line, read_lines

RESULTS = Path(__file__).resolve().parent / "results" / "splits.jsonl"
METHODS, SPLITS, BITS = ("expected_tree_codes", "hierarchical_dcmh"), (1, 2, 3), 64


def main() -> None:
    """Does the runs that are missing; the seed of a training is that of its split."""
    refuse_changed_code(RESULTS.parent, environment()["commit"])
    suite = load_suite(find_suite("fashion"))
    device = pick_device("auto")
    headline = prepare(suite.data, suite.features, device, needs=suite.needs)
    chosen = SuiteResults(suite, RESULTS.parent, headline)
    rows = {row.method: row for row in suite.rows if not row.variant}
    done = {
        (line["config_sha256"], line["split"])
        for line in (read_lines(RESULTS) if RESULTS.exists() else [])
    }
    for split in SPLITS:
        drawn = suite.data.split.model_copy(update={"seed": split})
        data = suite.data.model_copy(update={"split": drawn})
        prepared = prepare(data, suite.features, device, needs=suite.needs)
        for method in METHODS:
            config = suite.config(rows[method], BITS, split, chosen.choose(rows[method]))
            about = {"config_sha256": config_hash(config), "split": split}
            if tuple(about.values()) in done:
                continue
            record, _, _ = final_scores(config, prepared)
            scores = {
                direction: {name: own["hamming"][name] for name in ("map_leaf", "hap")}
                for direction, own in record["results"]["all"].items()
            }
            line = {
                "benchmark": "splits",
                "method": method,
                "bits": BITS,
                "seed": split,
                **about,
                "split_sha256": prepared.split.sha256,
                "scores": scores,
                "command": "python benchmarks/splits.py",
                "commit": environment()["commit"],
                "environment": environment()["packages"],
            }
            append_line(RESULTS, line)
            hap = {one: scores[one]["hap"] for one in ("i2t", "t2i")}
            print(f"{method}, split {split}: hap {hap}", flush=True)


if __name__ == "__main__":
    main()
