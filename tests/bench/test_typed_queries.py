"""Texts as people type them: the file of queries, and their scores against literal ones."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from hierhash.bench.evaluate import evaluate_typed
from hierhash.bench.suite import load_suite
from hierhash.bench.trained import encode_items, fit_method
from hierhash.bench.typed_queries import TypedQueries, below, read_queries, typed_scores
from hierhash.errors import DataError
from hierhash.labels.names import node_texts
from hierhash.labels.tree import LabelTree, load_tree
from hierhash.lessons import shortened
from hierhash.prepare import prepare

QUERIES = Path(__file__).resolve().parents[2] / "configs" / "queries"
TREE = LabelTree.from_nested({"A": ["a", "b"], "B": ["c"]}, name="t")
SUITE = """
name: tiny
data: {source: sample}
features: {image: {name: pixels, size: [16, 16]}}
set: {model.training.epochs: 1, model.image.network: small_cnn, model.text.hidden: 8}
rows: [{method: expected_tree_codes}]
"""


def written(tmp_path, text):
    path = tmp_path / "q.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("text\nx\n", "q.csv:1: no column 'label'; queries have the columns text, label"),
        ("text,label\nx,A/z\n", "q.csv:2: label 'A/z' is not in the tree"),
        ("text,label\n ,A\n", "q.csv:2: no text; write what is typed, or remove the row"),
        ("label,text\nA\n", "q.csv:2: no text; write what is typed, or remove the row"),
        ("text,label,half\nx,A,all\n", "q.csv:2: half: 'all' is not choose or final"),
        ("text,label\n", "q.csv: no query to score; write one a line"),
        ("text,label,half\nx,A,final\n", "no query to score; those there are of the other half"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path, text, words):
    with pytest.raises(DataError) as caught:
        read_queries(written(tmp_path, text), TREE, final=False)
    assert words in str(caught.value)


def test_the_halves_are_kept_apart(tmp_path):
    path = written(tmp_path, "text,label,half\nx,A,choose\ny,B/c,final\n")
    assert read_queries(path, TREE, False) == TypedQueries(["x"], [("A",)])
    assert read_queries(path, TREE, True) == TypedQueries(["y"], [("B", "c")])
    plain = written(tmp_path, "text,label\nx,A\n")
    assert read_queries(plain, TREE, True) == read_queries(plain, TREE, False)


def test_items_below_a_node_are_those_of_its_leaves():
    labels = TREE.encode([["A/a"], ["A/b", "B/c"], [], ["A"]])
    assert below(TREE, labels, ("A",)).tolist() == [True, True, False, True]
    assert below(TREE, labels, ("A", "b")).tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    ("name", "tree"), [("sample", "sample"), ("fashion", "fashion_product_images")]
)
def test_the_wordings_are_in_no_tree_and_come_in_equal_halves(name, tree):
    with (QUERIES / f"{name}.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    known = {text.lower() for text, _ in node_texts(load_tree(tree))}
    assert len({row["text"] for row in rows}) == 60
    assert not {row["text"].lower() for row in rows} & known
    for final in (False, True):
        assert len(read_queries(QUERIES / f"{name}.csv", load_tree(tree), final).texts) == 30


def test_scores_are_literal_shares_of_the_first_answers(tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(SUITE)
    suite = load_suite(path)
    prepared = prepare(suite.data, suite.features, "cpu")
    method, _ = fit_method(suite.config(suite.rows[0], 16, 0, {}), prepared)
    database = prepared.split.database
    trained = encode_items(method, prepared, database[:0], database)
    queries = TypedQueries(["dog", "xqzzt", "flower"], [("animals",), ("food",), ("plants",)])
    found = typed_scores(trained, prepared, queries)["t2i"]

    coded = method.encode({"text": prepared.vectoriser.transform(queries.texts)}, "query")
    rows = [row for row in database if prepared.items.has["image"][row]]
    top = prepared.labels.single_codes[:, 0]
    hits = []
    for place, node in enumerate(queries.nodes):
        code = prepared.tree.encode([[node]]).codes[0, 0]
        scores = trained.distance.scores(coded.query[place], trained.stored["image"][rows])
        order = sorted(range(len(rows)), key=lambda one, s=scores: (-s[one], one))[:10]
        hits.append([top[rows[one]] == code for one in order])
    hits[1] = [False] * 10  # no word of it is known
    assert found["n"] == 3
    assert found["unanswered"] == 1
    assert found["first"] == pytest.approx(np.mean([own[0] for own in hits]), abs=1e-5)
    assert found["share@10"] == pytest.approx(np.mean(hits), abs=1e-5)

    typed = evaluate_typed(trained, prepared, prepared.split.tune, queries)
    assert set(typed) == {"names", "short", "queries"}
    assert typed["names"]["t2m"]["n"] == len(node_texts(prepared.tree))

    asked = prepared.items.having("text", prepared.split.tune)
    texts = shortened([prepared.catalogue.texts[row] for row in asked])
    coded = method.encode({"text": prepared.vectoriser.transform(texts)}, "query")
    leaf = prepared.labels.single_codes[:, -1]
    shares = []
    for place, item in enumerate(asked):
        scores = trained.distance.scores(coded.query[place], trained.stored["image"][rows])
        # Of equal scores each order is as likely: the last places are shared out.
        last = np.sort(scores)[-10]
        sure, tied = scores > last, scores == last
        hit = leaf[rows] == leaf[item]
        if leaf[item] >= 0 and hit.any():
            spare = (10 - sure.sum()) * hit[tied].mean()
            known = prepared.vectoriser.knows(texts[place])
            shares.append((hit[sure].sum() + spare) / 10 * known)
    short = typed["short"]["t2i"]
    assert short["n"] == len(shares)
    assert short["shipped@10"] == pytest.approx(np.mean(shares), abs=1e-4)
    assert 0 < short["precision@10"] < 1
