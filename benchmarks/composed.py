"""Picture and colour word together ("this, but red"): 100 pairs against leaf and colour.

The pairs are drawn once (``--draw``) from the query items of the suite fashion_facets: a picture,
and a colour other than its own that ten items or more of its leaf have in the database; they stand
in configs/queries/fashion_composed.csv. A line of benchmarks/results/composed.jsonl for each
seed: joint@10, the share of the first ten of the picture's leaf and the word's colour, by score,
with and without the filter on the understood colour, and for the picture alone.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from hierhash.bench.results import refuse_changed_code
from hierhash.bench.segment_weights import segment_weights
from hierhash.bench.suite import find_suite, load_suite
from hierhash.bench.trained import encode_items, fit_method
from hierhash.config.schema import RunConfig, schema_of
from hierhash.environment import environment
from hierhash.methods.composed import classify_composed, composed_rows, encode_composed
from hierhash.prepare import Prepared, prepare
from hierhash.retrieval.understood import understand
from hierhash.retrieval.weighing import weighed
from hierhash.storage.json_files import append_line, read_lines

HERE = Path(__file__).resolve().parent
PAIRS, RESULTS = (
    HERE.parent / "configs" / "queries" / "fashion_composed.csv",
    HERE / "results" / "composed.jsonl",
)
NUMBER, ENOUGH, SEEDS, FIRST = 100, 10, (0, 1, 2), 10


def config_of(seed: int) -> RunConfig:
    """Our row of fashion_facets."""
    suite = load_suite(find_suite("fashion_facets"))
    row = next(one for one in suite.rows if one.method == "expected_tree_codes")
    content = suite.config(row, 32, seed, suite.trials_of(row)[0]).model_dump(mode="json")
    return schema_of(row.method).model_validate(content)


def leaf_and_colour(prepared: Prepared) -> tuple[np.ndarray, np.ndarray]:
    """Of each item; -1 where it is unknown."""
    labels = prepared.facets["colour"].labels
    colour = np.full(labels.n, -1)
    known = np.flatnonzero(labels.counts == 1)
    colour[known] = labels.codes[labels.offsets[known], -1]
    return prepared.labels.single_codes[:, -1].astype(np.int64), colour


def draw(prepared: Prepared) -> None:
    """Writes the pairs."""
    leaf, colour = leaf_and_colour(prepared)
    database = prepared.split.database
    held = Counter(zip(leaf[database].tolist(), colour[database].tolist(), strict=True))
    rng = np.random.default_rng(0)
    names = [path[-1] for path in prepared.facets["colour"].tree.leaves]
    lines: list[tuple[str, str]] = []
    for item in rng.permutation(prepared.items.having("image", prepared.split.query)).tolist():
        others = [
            one
            for one in range(len(names))
            if one != colour[item] >= 0 and held[(leaf[item], one)] >= ENOUGH
        ]
        if others and len(lines) < NUMBER:
            lines.append((prepared.catalogue.ids[item], names[int(rng.choice(others))]))
    with PAIRS.open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([("id", "text"), *lines])


def read_pairs(prepared: Prepared) -> list[tuple[int, str]]:
    """The item whose picture is shown, and the word."""
    place = {own: row for row, own in enumerate(prepared.catalogue.ids)}
    with PAIRS.open() as stream:
        return [(place[row["id"]], row["text"]) for row in csv.DictReader(stream)]


def measure(config: RunConfig, prepared: Prepared) -> dict[str, float]:
    """joint@10 of the pairs."""
    method, _ = fit_method(config, prepared)
    database = prepared.split.database
    trained = encode_items(method, prepared, database[:0], database)
    leaf, colour = leaf_and_colour(prepared)
    facet = prepared.facets["colour"]
    names = [path[-1] for path in facet.tree.leaves]
    answering = prepared.items.having("both", database)
    stored = trained.stored["both"][answering]
    assert prepared.vectoriser is not None  # noqa: S101 - fashion has titles
    segments, weights = dict(method.layout()), segment_weights(method, prepared)
    shares: dict[str, list[float]] = {"codes": [], "as shipped": [], "picture alone": []}
    for item, word in read_pairs(prepared):
        picture = prepared.items.rows["image"][[item]]
        rows = composed_rows(method, picture, prepared.vectoriser.transform([word]))
        chances = classify_composed(method, rows)["colour"][-1][0]
        node = understand(facet.tree, chances, "colour").node
        allowed = np.ones(len(answering), dtype=bool)
        if node:
            code = int(facet.tree.ancestor_codes(node)[-1])
            allowed = np.isin(colour[answering], (code, -1))
        right = (leaf[answering] == leaf[item]) & (colour[answering] == names.index(word))
        asked = {
            "codes": (encode_composed(method, rows), np.ones_like(allowed)),
            "as shipped": (weighed(encode_composed(method, rows), segments, weights), allowed),
            "picture alone": (method.encode({"image": picture}, "query"), np.ones_like(allowed)),
        }
        for name, (coded, may) in asked.items():
            scores = method.distance().scores(coded.query[0], stored)
            order = np.argsort(np.where(may, -scores, np.inf), kind="stable")[:FIRST]
            shares[name].append(float(right[order].mean()))
    return {name: round(float(np.mean(own)), 5) for name, own in shares.items()}


def main() -> None:
    """Does the runs that are missing, or draws the pairs."""
    config = config_of(0)
    prepared = prepare(config.data, config.features, "cpu", facets=config.facets)
    if "--draw" in sys.argv:
        draw(prepared)
        return
    refuse_changed_code(RESULTS.parent, environment()["commit"])
    done = [line["seed"] for line in (read_lines(RESULTS) if RESULTS.exists() else [])]
    for seed in SEEDS:
        if seed in done:
            continue
        line = {
            "benchmark": "composed",
            "seed": seed,
            "pairs": NUMBER,
            "joint@10": measure(config_of(seed), prepared),
            "command": "python benchmarks/composed.py",
            "commit": environment()["commit"],
            "environment": environment()["packages"],
        }
        append_line(RESULTS, line)
        print(line["joint@10"], flush=True)


if __name__ == "__main__":
    main()
