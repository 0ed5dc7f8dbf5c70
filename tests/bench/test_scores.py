"""Scores of a trained run on a small problem."""

from __future__ import annotations

import numpy as np
import pytest

from hierhash.bench.instance import instance_scores
from hierhash.bench.run_one import final_scores, top_answers
from hierhash.bench.scores import classification_scores, having
from hierhash.bench.suite import load_suite
from hierhash.bench.trained import Trained, train_and_encode
from hierhash.builder import prepare
from hierhash.codes.hamming import hamming_distances
from hierhash.codes.packing import pack

SUITE = """
name: tiny
data: {source: synthetic, options: {n: 400}}
set: {model.training.epochs: 2, model.image.hidden: 16, model.text.hidden: 16}
rows: [{method: hierarchical_dcmh}]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("s") / "tiny.yaml"
    path.write_text(SUITE)
    suite = load_suite(path)
    prepared = prepare(suite.data, suite.features, "cpu")
    config = suite.config(suite.rows[0], 16, 0, {})
    rows = np.concatenate([prepared.split.query, prepared.split.database])
    return prepared, config, train_and_encode(config, prepared, rows)


def test_perfect_codes_find_their_own_and_their_parents(made):
    prepared, _, trained = made
    leaves = prepared.labels.single_codes[:, -1]
    rng = np.random.default_rng(0)
    by_leaf = rng.standard_normal((leaves.max() + 1, 64))
    own = rng.standard_normal((len(leaves), 64)) * 0.8
    outputs = (by_leaf[leaves] * 2 + own).astype(np.float32)
    both = {"image": outputs, "text": outputs}
    perfect = Trained(trained.model, 64, both, {side: pack(outputs) for side in both})
    scores = instance_scores(perfect, prepared, "t2i", None)
    assert scores["pair_recall@10/rescored"] > 0.95
    assert scores["parent_share@10"] > 0.8
    shuffled = {"image": outputs, "text": rng.permutation(outputs)}
    random = Trained(trained.model, 64, shuffled, {s: pack(x) for s, x in shuffled.items()})
    scores = instance_scores(random, prepared, "t2i", None)
    assert scores["pair_recall@10"] < 0.4
    assert scores["parent_share@10"] < 0.7


def test_first_answers_are_the_nearest_pictures(made):
    prepared, _, trained = made
    found = top_answers(trained, prepared)
    split = prepared.split
    for place in (0, len(split.query) - 1):
        query = split.query[found["t2i/query"][place]]
        distances = hamming_distances(
            trained.codes["text"][[query]], trained.codes["image"][split.database]
        )[0]
        order = np.argsort(distances, kind="stable")[:8]
        assert found["t2i/top"][place].tolist() == order.tolist()
        assert found["t2i/distance"][place].tolist() == distances[order].tolist()


def test_an_item_without_a_picture_is_no_query_of_pictures(made):
    prepared, config, trained = made
    lost = prepared.split.query[:3]
    prepared.items.has_image[lost] = False
    try:
        assert not set(lost) & set(having(prepared, "image", prepared.split.query))
        _, picked = classification_scores(trained, prepared)
        assert len(picked["text"]) - len(picked["image"]) == 3
        record, per_query, _ = final_scores(config, prepared)
    finally:
        prepared.items.has_image[lost] = True
    assert len(per_query["t2i/leaf"]) - len(per_query["i2t/leaf"]) == 3
    assert record["queries"]["t2i"]["counted"] - record["queries"]["i2t"]["counted"] == 3
