"""What a practitioner has without training: joint@10 of titles, and of pictures cut to signs.

Lines of benchmarks/results/facet_rivals.jsonl, on query items of fashion_facets:

- ``t2i``, TF-IDF (words, n-grams): the titles of the database searched by scikit-learn; an item
  stands for its picture.
- ``composed``: the pairs of configs/queries/fashion_composed.csv, a picture and a colour word.
  Signs of 64 principal components of the picture features, among items whose known colour is the
  word (the word is looked up, as a form's menu would): Hamming distance, ties by row.

python benchmarks/facet_rivals.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from composed import leaf_and_colour, read_pairs
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from typed import RIVALS

from hierhash.bench.joint import joint_labels, shares_a_class
from hierhash.bench.results import refuse_changed_code
from hierhash.bench.suite import find_suite, load_suite
from hierhash.environment import environment
from hierhash.prepare import Prepared, prepare
from hierhash.storage.json_files import append_line, read_lines

RESULTS = Path(__file__).resolve().parent / "results" / "facet_rivals.jsonl"
BITS, FIRST = 64, 10


def titles(prepared: Prepared, options: dict[str, Any]) -> float:
    """joint@10 of the nearest titles; queries as ``facet_scores`` counts them."""
    joint = joint_labels([prepared.labels, *(one.labels for one in prepared.facets.values())])
    items, split, texts = prepared.items, prepared.split, prepared.texts
    queries = items.having("text", split.query)
    database = items.having("image", items.having("text", split.database))
    vectoriser = TfidfVectorizer(**options)
    known = vectoriser.fit_transform([texts[row] or "" for row in database.tolist()])
    asked = vectoriser.transform([texts[row] or "" for row in queries.tolist()])
    shares = []
    for place, query in enumerate(queries.tolist()):
        right = shares_a_class(joint, query, database)
        if right.any():
            scores = (asked[place] @ known.T).toarray()[0]
            shares.append(right[np.argsort(-scores, kind="stable")[:FIRST]].mean())
    return round(float(np.mean(shares)), 5)


def signs(prepared: Prepared) -> float:
    """joint@10 of pictures as signs, among items of the colour that the word names."""
    features, database = prepared.items.rows["image"], prepared.split.database
    reduced = PCA(BITS, random_state=0).fit(features[prepared.split.train])
    codes = reduced.transform(features) > 0
    leaf, colour = leaf_and_colour(prepared)
    names = [path[-1] for path in prepared.facets["colour"].tree.leaves]
    shares = []
    for item, word in read_pairs(prepared):
        rows = database[colour[database] == names.index(word)]
        apart = (codes[rows] != codes[item]).sum(axis=1)
        first = rows[np.argsort(apart, kind="stable")[:FIRST]]
        shares.append((leaf[first] == leaf[item]).mean())
    return round(float(np.mean(shares)), 5)


def main() -> None:
    """Does what is missing."""
    refuse_changed_code(RESULTS.parent, environment()["commit"])
    suite = load_suite(find_suite("fashion_facets"))
    done = {line["row"] for line in (read_lines(RESULTS) if RESULTS.exists() else [])}
    prepared = prepare(suite.data, suite.features, "cpu", facets=suite.facets)

    def write(row: str, asks: str, joint: float) -> None:
        line = {"benchmark": "facet_rivals", "row": row, "asks": asks, "joint@10": joint}
        line |= {"command": "python benchmarks/facet_rivals.py", "commit": environment()["commit"]}
        append_line(RESULTS, line | {"environment": environment()["packages"]})
        print(row, joint, flush=True)

    for name, options in RIVALS.items():
        if name not in done:
            write(name, "t2i", titles(prepared, options))
    if (name := "picture signs of the known colour") not in done:
        write(name, "composed", signs(prepared))


if __name__ == "__main__":
    main()
