"""Adds to the lines of a results folder the facts that their methods tell by now.

    python benchmarks/tell_facts.py RESULTS SUITE...

Sections of a report go by what a line tells of its settings. A line that was made before its method
told a fact gets it here: the job of the suite whose config has the line's hash says what it is.
Facts that a line has stay as they are, and so does a line of no such job.
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from typing import Any

from hierhash.bench.suite import Suite, find_suite, load_suite
from hierhash.config.hash import config_hash
from hierhash.methods.registry import find_preset
from hierhash.storage.json_files import read_lines
from hierhash.storage.whole_file import write_text


def facts_of(suite: Suite) -> dict[str, dict[str, Any]]:
    """The facts of every possible final run of a suite, by the hash of its config."""
    found = {}
    for row in suite.rows:
        runs = itertools.product(suite.trials_of(row), suite.bits_of(row), suite.seeds_of(row))
        for trial, bits, seed in runs:
            config = suite.config(row, bits, seed, trial)
            facts = find_preset(row.method).method.facts(config.model)
            found[config_hash(config)] = json.loads(json.dumps(facts))
    return found


def tell(path: Path, facts: dict[str, dict[str, Any]]) -> int:
    """Completes the lines of a file; returns how many were changed."""
    lines, changed = read_lines(path), 0
    for line in lines:
        known = facts.get(line["config_sha256"], {})
        told = line["settings"] | {
            key: known[key] for key in sorted(known.keys() - line["settings"])
        }
        changed += told != line["settings"]
        line["settings"] = told
    if changed:
        write_text(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return changed


if __name__ == "__main__":
    folder, *names = sys.argv[1:]
    for name in names:
        path = Path(folder) / f"{name}.jsonl"
        print(f"{path}: {tell(path, facts_of(load_suite(find_suite(name))))} lines changed")
