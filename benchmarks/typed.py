"""What people type: names, short texts and held-out wordings, by text features and lessons.

A line of benchmarks/results/typed.jsonl for each data set, row and seed: texts of
configs/queries (60 a data set, in no tree, written before any text feature was chosen) and the
titles of items cut to one to three words. Each model is scored on the halves ``choose`` (and
validation items) and ``final`` (and query items). ``tfidf`` rows search the titles with
scikit-learn and learn nothing. 64 bits; what stands in the file is not run again. Needs the extra
``text``: python benchmarks/typed.py sample fashion
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from hierhash.bench.evaluate import evaluate_typed
from hierhash.bench.results import SuiteResults, refuse_changed_code
from hierhash.bench.scores import CROSS, direction_scores
from hierhash.bench.suite import Suite, find_suite, load_suite
from hierhash.bench.trained import encode_items, fit_method
from hierhash.bench.typed_queries import TypedQueries, below, find_queries, names_of, read_queries
from hierhash.config.schema import RunConfig, schema_of
from hierhash.environment import environment
from hierhash.lessons import shortened
from hierhash.new_method import pick_device
from hierhash.prepare import Prepared, prepare
from hierhash.storage.json_files import append_line, read_lines

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "typed.jsonl"
BITS, SEEDS, FIRST = 64, (0, 1, 2), 10
LESSONS = {"names": True, "short_texts": 0.5}


class Row(NamedTuple):
    """A method, what its text branch reads, and whether it learns names and short texts."""

    method: str
    text: str
    lessons: bool


ROWS = (
    Row("expected_tree_codes", "words", False),
    Row("expected_tree_codes", "words", True),
    Row("expected_tree_codes", "close_words:wordllama", True),
    Row("expected_tree_codes", "close_words:minilm", True),
    Row("hierarchical_dcmh", "close_words:minilm", True),
    Row("posterior_float", "close_words:minilm", True),
)
RIVALS = {"tfidf words": {}, "tfidf n-grams": {"analyzer": "char_wb", "ngram_range": (2, 4)}}
PARTS = {"choose": "tune", "final": "query"}


def config_of(suite: Suite, chosen: SuiteResults, row: Row, seed: int) -> RunConfig:
    """The headline row of the suite with other text features and lessons."""
    own = next(one for one in suite.rows if one.method == row.method and not one.variant)
    content = suite.config(own, BITS, seed, chosen.choose(own)).model_dump(mode="json")
    content["features"]["text"]["name"] = row.text
    if row.lessons:
        content["data"] |= LESSONS
    return schema_of(row.method).model_validate(content)


def scores_of(config: RunConfig, prepared: Prepared) -> Iterator[tuple[str, dict[str, Any]]]:
    """By part what is typed and the whole titles, of one fit."""
    method, _ = fit_method(config, prepared)
    for half, part in PARTS.items():
        asked, database = getattr(prepared.split, part), prepared.split.database
        trained = encode_items(method, prepared, asked, database)
        titles = {
            way: direction_scores(trained, prepared, way, asked, database, False).means
            for way in CROSS
        }
        queries = read_queries(queries_of(prepared), prepared.tree, half == "final")
        yield (
            half,
            {
                "typed": evaluate_typed(trained, prepared, asked, queries),
                "titles": {
                    way: {name: round(own[name], 5) for name in ("map_leaf", "hap")}
                    for way, own in titles.items()
                },
            },
        )


def queries_of(prepared: Prepared) -> Path:
    """The wordings of a data set."""
    return find_queries(prepared.catalogue.name)


def tfidf_scores(prepared: Prepared, options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """By part what the nearest titles answer, by cosine; items with a picture count as pictures."""
    rows = prepared.items.having("text", prepared.split.database)
    texts = prepared.catalogue.texts
    vectoriser = TfidfVectorizer(**options)
    known = vectoriser.fit_transform([texts[row] or "" for row in rows.tolist()])
    labels = prepared.labels.subset(rows)
    leaf = prepared.labels.single_codes[:, -1] if prepared.labels.single_path else None
    for half, part in PARTS.items():
        queries = read_queries(queries_of(prepared), prepared.tree, half == "final")
        asked = prepared.items.having("text", getattr(prepared.split, part))
        short = shortened([texts[row] or "" for row in asked.tolist()])
        found: dict[str, Any] = {}
        for kind, own in (("queries", queries), ("names", names_of(prepared.tree))):
            scores = (vectoriser.transform(own.texts) @ known.T).toarray()
            # An item stands for its picture, its text and both.
            found[kind] = dict.fromkeys(("t2i", "t2m"), _first(prepared, own, labels, scores))
        if leaf is not None:
            scores = (vectoriser.transform(short) @ known.T).toarray()
            near = _order(scores)
            said = np.take_along_axis(scores, near, axis=1) > 0
            right = ((leaf[rows][near] == leaf[asked][:, None]) & said)[leaf[asked] >= 0]
            found["short"] = {"t2i": {"n": len(right), "shipped@10": round(float(right.mean()), 5)}}
        yield half, {"typed": found}


def _order(scores: Any) -> Any:
    return np.argsort(-scores, axis=1, kind="stable")[:, :FIRST]


def _first(prepared: Prepared, queries: TypedQueries, labels: Any, scores: Any) -> dict[str, float]:
    right = [
        below(prepared.tree, labels, node)[near] & (own[near] > 0)
        for node, near, own in zip(queries.nodes, _order(scores), scores, strict=True)
    ]
    table = np.array(right)
    return {
        "n": len(table),
        "first": round(float(table[:, 0].mean()), 5),
        "share@10": round(float(table.mean()), 5),
    }


def main(names: list[str]) -> None:
    """Does the runs that are missing."""
    refuse_changed_code(RESULTS.parent, environment()["commit"])
    lines = read_lines(RESULTS) if RESULTS.exists() else []
    found = Counter((line["suite"], line["row"], line["seed"]) for line in lines)
    done = {key for key, parts in found.items() if parts == len(PARTS)}

    def write(suite: str, row: str, seed: int, parts: Iterator[tuple[str, Any]]) -> None:
        for half, scores in list(parts):
            about = {"benchmark": "typed", "suite": suite, "row": row, "seed": seed, "part": half}
            made = {"bits": BITS, "command": f"python benchmarks/typed.py {suite}"}
            made |= {
                "commit": environment()["commit"],
                "environment": environment()["packages"],
            }
            append_line(RESULTS, about | scores | made)
        print(f"{suite}: {row}, seed {seed}", flush=True)

    for name in names:
        suite = load_suite(find_suite(name))
        plain = prepare(suite.data, suite.features, pick_device("auto"), needs=suite.needs)
        chosen = SuiteResults(suite, RESULTS.parent, plain)
        for row, options in RIVALS.items():
            if (name, row, 0) not in done:
                write(name, row, 0, tfidf_scores(plain, options))
        for seed in SEEDS:
            for one in ROWS:
                row = f"{one.method}, {one.text}{', lessons' if one.lessons else ''}"
                if (name, row, seed) in done:
                    continue
                config = config_of(suite, chosen, one, seed)
                data = prepare(config.data, config.features, "cpu", needs=suite.needs)
                write(name, row, seed, scores_of(config, data))


if __name__ == "__main__":
    main(sys.argv[1:])
