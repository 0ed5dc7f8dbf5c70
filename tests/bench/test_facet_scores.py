"""joint@10 is the literal share of the first ten that match leaf and colour."""

from __future__ import annotations

import numpy as np
import pytest

from hierhash.bench.evaluate import evaluate_method
from hierhash.bench.facet_scores import facet_scores, joint_labels
from hierhash.bench.risk import risk_controls
from hierhash.bench.run_one import final_scores
from hierhash.bench.segment_weights import segment_weights
from hierhash.bench.suite import load_suite
from hierhash.bench.trained import encode_items, fit_method
from hierhash.codes.hamming import hamming_distances
from hierhash.labels.tree import LabelTree
from hierhash.prepare import prepare
from hierhash.retrieval.words_search import WordsSearch

SUITE = """
name: tiny
data: {source: synthetic, options: {n: 400}}
facets: {colour: {column: colour, bits: 8}}
set: {model.training.epochs: 2, model.image.hidden: 16, model.text.hidden: 16}
rows: [{method: hierarchical_dcmh}]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("s") / "tiny.yaml"
    path.write_text(SUITE)
    suite = load_suite(path)
    prepared = prepare(suite.data, suite.features, "cpu", facets=suite.facets)
    config = suite.config(suite.rows[0], 16, 0, {})
    method, _ = fit_method(config, prepared)
    return prepared, config, method


def test_an_item_of_several_values_is_every_combination():
    tree = LabelTree.from_nested(["a", "b"], name="t")
    colours = LabelTree.from_nested(["red", "blue"], name="c")
    joint = joint_labels(
        [tree.encode([["a"], ["a", "b"], ["b"]]), colours.encode([["red"], ["red", "blue"], []])]
    )
    assert joint.counts.tolist() == [1, 4, 0]
    assert joint.codes[0, 0] in joint.codes[1:5, 0]


def literal_joint(prepared, codes, stored, queries, database):
    """Mean over queries of the expected hits among the first ten, ties in random order."""
    leaf = prepared.labels.single_codes[:, -1]
    colour = prepared.facets["colour"].labels.single_codes[:, -1]
    shares = []
    for query in queries:
        match = [leaf[item] == leaf[query] and colour[item] == colour[query] for item in database]
        if colour[query] < 0 or not any(match):
            continue
        apart = hamming_distances(codes[[query]], stored[database])[0]
        found, room = 0.0, 10
        for distance in sorted(set(apart.tolist())):
            hits = [match[place] for place in np.flatnonzero(apart == distance)]
            found += min(room, len(hits)) * sum(hits) / len(hits)
            room -= min(room, len(hits))
            if not room:
                break
        shares.append(found / 10)
    return np.mean(shares), len(shares)


def test_joint_is_the_literal_share(made):
    prepared, _, method = made
    split = prepared.split
    trained = encode_items(method, prepared, split.query, split.database)
    weights = segment_weights(method, prepared)
    scores = facet_scores(trained, prepared, split.query, split.database, weights)
    for direction, asking, answering in (("i2t", "image", "text"), ("t2i", "text", "image")):
        expected, counted = literal_joint(
            prepared,
            trained.queries[asking].codes,
            trained.stored[answering],
            split.query,
            split.database,
        )
        assert scores[direction]["joint@10"] == pytest.approx(expected, abs=1e-5)
        assert scores[direction]["joint_n"] == counted
        assert 0 < scores[direction]["colour_map"] <= 1


def test_scores_of_the_category_are_its_segments(made):
    prepared, config, method = made
    record, _, _ = final_scores(config, prepared)
    assert record["segments"] == {"category": 16, "colour": 8}
    assert record["bits"] == 24
    own = record["results"]["all"]["i2t"]["hamming"]
    alone = evaluate_method(method.category, prepared, prepared.split.query)["i2t"]
    assert own["map_leaf"] == alone["map_leaf"]
    assert evaluate_method(method, prepared, prepared.split.query)["i2t"]["hap"] == own["hap"]


def ranks(scored):
    """By item its place from 1; equal ones share the first."""
    found = {}
    for place, (item, value) in enumerate(scored, start=1):
        same = place > 1 and value == scored[place - 2][1]
        found[item] = found[scored[place - 2][0]] if same else place
    return found


def test_the_search_as_shipped_leaves_out_items_of_another_understood_value(made):
    prepared, _, method = made
    queries, database = prepared.split.query[:20], prepared.split.database
    whole = encode_items(method, prepared, queries, database)
    weights = segment_weights(method, prepared)
    found = facet_scores(whole, prepared, queries, database, weights)["t2i"]["shipped@10"]

    facet = prepared.facets["colour"]
    control = risk_controls(method, prepared)["colour"]["text"]
    limit = control.threshold(0.1) if control.can_keep(0.1) else 2.0
    leaf = prepared.labels.single_codes[:, -1]
    colour = facet.labels.single_codes[:, -1]
    [weight] = weights.values()
    each = np.repeat(np.float32([1, weight]) / max(1, weight), [16, 8])
    said = WordsSearch(prepared.texts[row] or "" for row in database)
    shares = []
    for query in queries:
        match = {
            item for item in database if (leaf[item], colour[item]) == (leaf[query], colour[query])
        }
        if colour[query] < 0 or not match:
            continue
        chances = method.parts["colour"].classify({"text": prepared.items.rows["text"][[query]]})[
            -1
        ][0]
        kept = list(database)
        if chances.max() >= limit:
            own = [item for item in database if colour[item] in (-1, chances.argmax())]
            kept = own or kept
        scores = whole.distance.scores(
            each * whole.queries["text"].query[query], whole.stored["image"][database]
        )
        score = dict(zip(database.tolist(), scores.tolist(), strict=True))
        by_code = sorted(kept, key=lambda item: -score[item])
        codes = ranks([(item, round(score[item], 4)) for item in by_code])
        words = ranks(
            [
                (database[place], value)
                for place, value in said.search(prepared.texts[query], 1000)
                if database[place] in kept
            ]
        )
        both = {
            item: 1 / (60 + codes[item]) + (1 / (60 + words[item]) if item in words else 0)
            for item in by_code
        }
        order = sorted(by_code, key=lambda item: -both[item])[:10]
        shares.append(sum(item in match for item in order) / 10)
    assert found == pytest.approx(np.mean(shares), abs=1e-5)


def test_the_filter_on_a_predicted_value_is_literal(made):
    prepared, _, method = made
    queries, database = prepared.split.query[:20], prepared.split.database
    whole = encode_items(method, prepared, queries, database)
    found = facet_scores(whole, prepared, queries, database, {})["t2i"]["predicted@10"]
    leaf = prepared.labels.single_codes[:, -1]
    colour = prepared.facets["colour"].labels.single_codes[:, -1]
    rows, part = prepared.items.rows, method.parts["colour"]
    predicted = part.classify({"image": rows["image"]})[-1].argmax(axis=1)
    asked = part.classify({"text": rows["text"]})[-1].argmax(axis=1)
    category = encode_items(method.category, prepared, queries, database)
    shares = []
    for query in queries:
        right = {
            item for item in database if (leaf[item], colour[item]) == (leaf[query], colour[query])
        }
        if colour[query] < 0 or not right:
            continue
        kept = [item for item in database if predicted[item] == asked[query]]
        scores = category.distance.scorer(category.stored["image"][kept])(
            category.queries["text"].query[[query]]
        )[0]
        order = [kept[place] for place in np.argsort(-scores, kind="stable")[:10]]
        shares.append(sum(item in right for item in order) / 10)
    assert found == pytest.approx(np.mean(shares), abs=1e-5)
