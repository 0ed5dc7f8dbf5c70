"""Scores of a trained run on a small problem."""

from __future__ import annotations

import numpy as np
import pytest

from hierhash.bench import scores
from hierhash.bench.instance import instance_scores
from hierhash.bench.run_one import final_scores, top_answers, validation_scores
from hierhash.bench.scores import classification_scores, having
from hierhash.bench.suite import load_suite
from hierhash.bench.trained import Trained, train_and_encode
from hierhash.builder import prepare
from hierhash.codes.hamming import hamming_distances
from hierhash.codes.packing import pack
from hierhash.training.fit import Interrupted

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


@pytest.fixture
def asked(monkeypatch):
    """The query rows of every Hamming scoring."""
    rows = []
    real = scores.hamming_scores

    def hamming_scores(trained, prepared, direction, queries, *rest, **options):
        rows.append(queries.tolist())
        return real(trained, prepared, direction, queries, *rest, **options)

    monkeypatch.setattr(scores, "hamming_scores", hamming_scores)
    return rows


def test_settings_and_epochs_are_chosen_on_the_tuning_items_alone(made, asked):
    prepared, config, trained = made
    expected = [prepared.split.tune.tolist()] * 2
    assert expected[0]
    assert set(expected[0]).isdisjoint(prepared.split.calibrate.tolist())
    objective = scores.validation_objective(trained.model, trained.bits, prepared)
    assert asked == expected
    assert 0 < objective < 1
    asked.clear()
    trial = validation_scores(config, prepared)
    assert asked == expected
    # Those items were encoded: their codes are not all alike.
    assert trial["objective"] == pytest.approx(objective)


def test_temperatures_are_calibrated_on_items_that_chose_nothing(made, monkeypatch):
    prepared, _, trained = made
    seen = []
    real = scores.path_probabilities

    def path_probabilities(head, outputs, checked, labels):
        seen.append(labels.single_codes[:, -1].tolist())
        return real(head, outputs, checked, labels)

    monkeypatch.setattr(scores, "path_probabilities", path_probabilities)
    leaves = prepared.labels.single_codes[:, -1]
    classification_scores(trained, prepared)
    assert seen == [leaves[prepared.split.calibrate].tolist()] * 2


def test_leaves_are_stored_with_room_for_every_tree(made):
    prepared, config, trained = made
    _, per_query, _ = final_scores(config, prepared)
    _, picked = classification_scores(trained, prepared)
    stored = [per_query["i2t/leaf"], per_query["t2i/leaf"], *picked.values()]
    assert {leaves.dtype for leaves in stored} == {np.dtype(np.int32)}


def test_the_number_of_queries_of_every_score_is_stored(made):
    prepared, config, _ = made
    lost = prepared.split.query[:3]
    prepared.items.has_text[lost] = False
    try:
        record, _, _ = final_scores(config, prepared)
    finally:
        prepared.items.has_text[lost] = True
    n = len(prepared.split.query)
    counted = {what: one["counted"] for what, one in record["queries"].items()}
    assert counted["pairs"] == counted["text"] == n - 3
    assert counted["image"] == n
    unseen = record["queries_unseen"]["i2t"]
    assert unseen["counted"] + unseen["skipped"] == n


def test_ctrl_c_while_a_run_trains_ends_the_suite(made, monkeypatch):
    def stopped(*_):
        raise Interrupted("stopped after epoch 1 of 2")

    monkeypatch.setattr("hierhash.bench.trained.fit", stopped)
    prepared, config, _ = made
    with pytest.raises(KeyboardInterrupt):
        train_and_encode(config, prepared, prepared.split.query)
