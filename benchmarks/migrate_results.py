"""Gives the committed result lines of 0.1.0 the hashes of the present code, once.

The old hash was taken over every setting, defaults included. A line is changed if its old hash is
that of a job of its suite, and any other line is left and told. Lines of final runs also get the
numbers of queries that reports show, where the per-query scores tell them.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np

from hierhash.bench.results import Job, hashes
from hierhash.bench.suite import Suite, find_suite, load_suite
from hierhash.config.schema import RunConfig
from hierhash.storage.json_files import read_lines
from hierhash.storage.whole_file import write_text

RESULTS = Path(__file__).resolve().parent / "results"
SUITES = ("sample", "fashion", "fashion_masked")


def old_hash(config: RunConfig) -> str:
    """The hash that 0.1.0 wrote."""
    plain = config.model_dump(mode="json", exclude={"device"})
    plain["features"]["image"]["device"] = "cpu"
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def jobs_of(suite: Suite) -> list[Job]:
    """Every trial, and every final run of every trial: which one was chosen the line knows."""
    jobs = []
    for row in suite.rows:
        for trial in suite.trials_of(row):
            jobs.append(Job(row, suite.tuning_bits, suite.tuning_seed, trial, final=False))
            for bits, seed in itertools.product(row.bits or suite.bits, suite.seeds):
                jobs.append(Job(row, bits, seed, trial, final=True))
    return jobs


def migrate(suite: Suite, path: Path, final: bool) -> tuple[int, int]:
    """Rewrites the lines of one file; returns how many were changed and how many are unknown."""
    known: dict[str, dict[str, Any]] = {}
    for job in jobs_of(suite):
        if job.final == final:
            config = suite.config(job.row, job.bits, job.seed, job.trial)
            known[old_hash(config)] = hashes(suite, config)
    lines, changed, unknown = read_lines(path), 0, 0
    for line in lines:
        if "revision" in line:
            continue
        new = known.get(line["config_sha256"])
        if new is None:
            unknown += 1
            continue
        line |= new if final else {name: new[name] for name in ("config_sha256", "revision")}
        changed += 1
    if changed:
        write_lines(path, lines)
    return changed, unknown


def add_counts(suite: str, path: Path) -> int:
    """Numbers of queries by side, and of those with both halves, from per-query scores."""
    split = json.loads((RESULTS / f"{suite}.split.json").read_text(encoding="utf-8"))
    lines, changed = read_lines(path), 0
    for line in lines:
        if "pairs" in line["queries"] or line["split_sha256"] != split["sha256"]:
            continue
        name = f"{line['method']}+{line['variant']}" if line["variant"] else line["method"]
        own = line.get("scores", f"{name}-{line['bits']}-{line['seed']}.npz")
        with np.load(RESULTS / "scores" / suite / own) as scores:
            sides = {"image": len(scores["i2t/leaf"]), "text": len(scores["t2i/leaf"])}
        if line["classification"]:
            line["queries"] |= {side: {"counted": n, "skipped": 0} for side, n in sides.items()}
        # Every query has both halves where each side counts all of them.
        if set(sides.values()) == {len(split["query"])}:
            line["queries"]["pairs"] = {"counted": len(split["query"]), "skipped": 0}
        changed += 1
    if changed:
        write_lines(path, lines)
    return changed


def write_lines(path: Path, lines: list[dict[str, Any]]) -> None:
    write_text(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


if __name__ == "__main__":
    for name in SUITES:
        suite = load_suite(find_suite(name))
        for ending, final in (("tuning.jsonl", False), ("jsonl", True)):
            path = RESULTS / f"{name}.{ending}"
            changed, unknown = migrate(suite, path, final)
            print(f"{path.name}: {changed} lines changed, {unknown} of no job of the suite")
        path = RESULTS / f"{name}.jsonl"
        print(f"{path.name}: {add_counts(name, path)} lines with numbers of queries")
