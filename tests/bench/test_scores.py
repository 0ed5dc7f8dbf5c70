"""Scores of a trained run on a small problem."""

from __future__ import annotations

import numpy as np
import pytest

from hierhash.bench import scores
from hierhash.bench.first_answers import first_answers
from hierhash.bench.instance import instance_scores
from hierhash.bench.run_one import final_scores, validation_scores
from hierhash.bench.scores import classification_scores
from hierhash.bench.suite import load_suite
from hierhash.bench.trained import Trained, encode_items, fit_method
from hierhash.codes.coding import Signs
from hierhash.codes.distances import Hamming
from hierhash.codes.hamming import hamming_distances
from hierhash.methods import dcmh
from hierhash.prepare import prepare
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
    method, _ = fit_method(config, prepared)
    split = prepared.split
    return prepared, config, encode_items(method, prepared, split.query, split.database)


class Long:
    """Answers only how long its codes are."""

    def distance(self):
        return Hamming(64)


def coded(outputs):
    queries = {side: Signs()(own, side) for side, own in outputs.items()}
    return Trained(Long(), queries, {side: own.codes for side, own in queries.items()})


def test_perfect_codes_find_their_own_and_their_parents(made):
    prepared, _, _ = made
    leaves = prepared.labels.single_codes[:, -1]
    rng = np.random.default_rng(0)
    by_leaf = rng.standard_normal((leaves.max() + 1, 64))
    own = rng.standard_normal((len(leaves), 64)) * 0.8
    outputs = (by_leaf[leaves] * 2 + own).astype(np.float32)
    both = {"image": outputs, "text": outputs}
    scores = instance_scores(coded(both), prepared, "t2i", None)
    assert scores["pair_recall@10/rescored"] > 0.95
    assert scores["parent_share@10"] > 0.8
    shuffled = {"image": outputs, "text": rng.permutation(outputs)}
    scores = instance_scores(coded(shuffled), prepared, "t2i", None)
    assert scores["pair_recall@10"] < 0.4
    assert scores["parent_share@10"] < 0.7


@pytest.mark.parametrize(
    ("direction", "asking", "answering"), [("t2i", "text", "image"), ("i2t", "image", "text")]
)
def test_first_answers_are_the_nearest_ones(made, direction, asking, answering):
    prepared, _, trained = made
    found = first_answers(trained, prepared, direction)
    split = prepared.split
    for place in (0, len(split.query) - 1):
        query = split.query[found[f"{direction}/query"][place]]
        distances = hamming_distances(
            trained.queries[asking].codes[[query]], trained.stored[answering][split.database]
        )[0]
        order = np.argsort(distances, kind="stable")[:8]
        assert found[f"{direction}/top"][place].tolist() == order.tolist()
        assert found[f"{direction}/distance"][place].tolist() == distances[order].tolist()


def test_an_item_without_a_picture_is_no_query_of_pictures(made):
    prepared, config, trained = made
    lost = prepared.split.query[:3]
    prepared.items.has["image"][lost] = False
    try:
        assert not set(lost) & set(prepared.items.having("image", prepared.split.query))
        _, picked = classification_scores(trained, prepared)
        assert len(picked["text"]) - len(picked["image"]) == 3
        record, per_query, _ = final_scores(config, prepared)
    finally:
        prepared.items.has["image"][lost] = True
    assert len(per_query["t2i/leaf"]) - len(per_query["i2t/leaf"]) == 3
    assert record["queries"]["t2i"]["counted"] - record["queries"]["i2t"]["counted"] == 3


@pytest.fixture
def asked(monkeypatch):
    """The query rows of every scoring of a direction."""
    rows = []
    real = scores.direction_scores

    def direction_scores(trained, prepared, direction, queries, *rest, **options):
        rows.append(queries.tolist())
        return real(trained, prepared, direction, queries, *rest, **options)

    monkeypatch.setattr(scores, "direction_scores", direction_scores)
    return rows


def test_settings_and_epochs_are_chosen_on_the_tuning_items_alone(made, asked):
    prepared, config, trained = made
    expected = [prepared.split.tune.tolist()] * 2
    assert expected[0]
    assert set(expected[0]).isdisjoint(prepared.split.calibrate.tolist())
    objective = scores.validation_objective(trained.method, prepared)
    assert asked == expected
    assert 0 < objective < 1
    asked.clear()
    trial = validation_scores(config, prepared)
    assert asked == expected
    # Those items were encoded: their codes are not all alike.
    assert trial["objective"] == pytest.approx(objective)


def test_temperatures_are_calibrated_on_items_that_chose_nothing(made, monkeypatch):
    prepared, config, _ = made
    seen = []
    real = dcmh.best_temperature

    def best_temperature(head, outputs, labels):
        seen.append(labels.single_codes[:, -1].tolist())
        return real(head, outputs, labels)

    monkeypatch.setattr(dcmh, "best_temperature", best_temperature)
    leaves = prepared.labels.single_codes[:, -1]
    method, _ = fit_method(config, prepared)
    assert seen == [leaves[prepared.split.calibrate].tolist()] * 2
    assert set(method.temperatures) == {"image", "text"}


def test_leaves_are_stored_with_room_for_every_tree(made):
    prepared, config, trained = made
    _, per_query, _ = final_scores(config, prepared)
    _, picked = classification_scores(trained, prepared)
    stored = [per_query["i2t/leaf"], per_query["t2i/leaf"], *picked.values()]
    assert {leaves.dtype for leaves in stored} == {np.dtype(np.int32)}


def test_the_number_of_queries_of_every_score_is_stored(made):
    prepared, config, _ = made
    lost = prepared.split.query[:3]
    prepared.items.has["text"][lost] = False
    try:
        record, _, _ = final_scores(config, prepared)
    finally:
        prepared.items.has["text"][lost] = True
    n = len(prepared.split.query)
    counted = {what: one["counted"] for what, one in record["queries"].items()}
    assert counted["pairs"] == counted["text"] == n - 3
    assert counted["image"] == n
    unseen = record["queries_unseen"]["i2t"]
    assert unseen["counted"] + unseen["skipped"] == n


def test_ctrl_c_while_a_run_trains_ends_the_suite(made, monkeypatch):
    def stopped(*_):
        raise Interrupted("stopped after epoch 1 of 2")

    monkeypatch.setattr(dcmh, "fit", stopped)
    prepared, config, _ = made
    with pytest.raises(KeyboardInterrupt):
        fit_method(config, prepared)
