"""Whether answers are wrong as often as was asked: conformal risk control on query items.

Our method on Fashion Product Images (64 bits, the headline's settings, names and shortened titles
among the training texts) by text, picture and both, and by titles cut to one to three words; beside
it, trained on the suite fashion_unseen_leaves, queries of leaves that nobody has seen, of which
nothing is promised. The rival answers with the deepest node that is likelier than 1 - risk. A line
for each run in benchmarks/results/risk.jsonl; what stands there is not run again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from typed import LESSONS

from hierhash.bench.results import SuiteResults, refuse_changed_code
from hierhash.bench.risk import risk_controls
from hierhash.bench.suite import find_suite, load_suite
from hierhash.bench.trained import fit_method
from hierhash.config.hash import config_hash
from hierhash.config.schema import RunConfig, schema_of
from hierhash.environment import environment
from hierhash.labels.facets import CATEGORY
from hierhash.lessons import shortened
from hierhash.methods.coherent import coherent_probabilities
from hierhash.metrics.risk_control import chain, right_levels
from hierhash.new_method import pick_device
from hierhash.prepare import Prepared, prepare
from hierhash.retrieval.risk_file import SHORT
from hierhash.storage.json_files import append_line, read_lines

RESULTS = Path(__file__).resolve().parent / "results" / "risk.jsonl"
METHOD, SUITES, SEEDS, BITS = (
    "expected_tree_codes",
    ("fashion", "fashion_unseen_leaves"),
    (0, 1, 2),
    64,
)
RISKS = (0.05, 0.1, 0.2)


def asked(prepared: Prepared) -> Iterator[tuple[str, str, Any, Any]]:
    """What asks, its modality, the feature rows and the items that they are of."""
    items = prepared.items
    rows = items.having("text", prepared.split.query)
    rows = items.having("image", rows[prepared.labels.leaf_known[rows]])
    features = {one: items.rows[one][rows] for one in ("image", "text")}
    yield "pictures", "image", {"image": features["image"]}, rows
    yield "titles", "text", {"text": features["text"]}, rows
    yield "both", "both", features, rows
    assert prepared.vectoriser is not None  # noqa: S101 - fashion has titles
    short = shortened([prepared.catalogue.texts[row] or "" for row in rows.tolist()])
    known = np.array([prepared.vectoriser.knows(text) for text in short])
    own = prepared.vectoriser.transform(short)[known]
    yield "short texts", SHORT, {"text": own}, rows[known]
    yield "short texts as if they were titles", "text", {"text": own}, rows[known]


def measure(config: RunConfig, prepared: Prepared) -> dict[str, dict[str, dict[str, Any]]]:
    """By what asks and the risk asked for: n, and risk, coverage and mean depth of each rule."""
    method, _ = fit_method(config, prepared)
    controls = risk_controls(method, prepared)[CATEGORY]
    ancestors = prepared.tree.leaf_ancestors
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name, modality, features, rows in asked(prepared):
        levels = method.classify(features)
        assert levels is not None  # noqa: S101 - our method classifies
        nodes, chances = chain(coherent_probabilities(levels, ancestors)[-1], ancestors)
        right = right_levels(nodes, prepared.labels.subset(rows))
        for risk in RISKS:
            rules = {"conformal": controls[modality].threshold(risk), "threshold": 1 - risk}
            found.setdefault(name, {})[f"{risk:g}"] = {"n": len(rows)} | {
                rule: answered(right, chances, needed) for rule, needed in rules.items()
            }
    return found


def answered(right: Any, chances: Any, needed: float) -> dict[str, float]:
    """Risk, coverage and mean depth where the deepest node of at least so likely is the answer."""
    depth = (chances >= needed).sum(axis=1)
    wrong = (depth > 0) & ~right[np.arange(len(right)), np.maximum(depth, 1) - 1]
    means = {"risk": wrong, "coverage": depth > 0, "depth": depth}
    return {name: round(float(np.mean(own)), 4) for name, own in means.items()}


def main() -> None:
    """Does the runs that are missing."""
    refuse_changed_code(RESULTS.parent, environment()["commit"])
    done = {line["config_sha256"] for line in (read_lines(RESULTS) if RESULTS.exists() else [])}
    for seed in SEEDS:
        for name in SUITES:
            suite = load_suite(find_suite(name))
            data = suite.data.model_copy(update=LESSONS)
            prepared = prepare(data, suite.features, pick_device("auto"), needs=suite.needs)
            row = next(one for one in suite.rows if one.method == METHOD and not one.variant)
            trial = SuiteResults(suite, RESULTS.parent, prepared).choose(row)
            content = suite.config(row, BITS, seed, trial).model_dump(mode="json")
            content["data"] |= LESSONS
            config = schema_of(METHOD).model_validate(content)
            if config_hash(config) in done:
                continue
            line = {
                "benchmark": "risk",
                "suite": name,
                "seed": seed,
                "bits": BITS,
                "config_sha256": config_hash(config),
                "answers": measure(config, prepared),
                "command": "python benchmarks/risk.py",
                "commit": environment()["commit"],
                "environment": environment()["packages"],
            }
            append_line(RESULTS, line)
            print(f"{name}, seed {seed}", flush=True)


if __name__ == "__main__":
    main()
