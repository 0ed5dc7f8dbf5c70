"""Weights of segments are those that answer validation items best."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from hierhash.bench import segment_weights as module
from hierhash.bench.segment_weights import WEIGHTS, segment_weights
from hierhash.bench.suite import load_suite
from hierhash.bench.trained import fit_method
from hierhash.codes.packing import unpack
from hierhash.errors import RunError
from hierhash.prepare import prepare
from hierhash.retrieval.weighing import chosen_weights

SUITE = """
name: tiny
data:
  source: synthetic
  options: {n: 400}
  split: {sizes: {train: 150, validation: 120, query: 40}}
facets: {colour: {column: colour, bits: 8}}
set: {model.training.epochs: 8, model.image.hidden: 16, model.text.hidden: 16}
rows: [{method: expected_tree_codes}]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("s") / "tiny.yaml"
    path.write_text(SUITE)
    suite = load_suite(path)
    prepared = prepare(suite.data, suite.features, "cpu", facets=suite.facets)
    method, _ = fit_method(suite.config(suite.rows[0], 16, 0, {}), prepared)
    return prepared, method


def literal(prepared, method, weight, asking, answering):
    """The mean share of right answers among the first ten, item by item."""
    leaf = prepared.labels.single_codes[:, -1]
    colour = prepared.facets["colour"].labels.single_codes[:, -1]
    rows, database = prepared.items.rows, prepared.split.database
    shares = []
    for query in prepared.split.tune:
        right = [leaf[one] == leaf[query] and colour[one] == colour[query] for one in database]
        if not any(right):
            continue
        total = np.zeros(len(database))
        for name, own in (("category", 1.0), ("colour", weight)):
            part = method.parts[name]
            asked = part.encode({asking: rows[asking][[query]]}, "query").query[0]
            codes = part.encode({answering: rows[answering][database]}, "database").codes
            total += own * (unpack(codes, len(asked)) @ asked)
        first = np.argsort(-total.astype(np.float32), kind="stable")[:10]
        shares.append(np.mean([right[one] for one in first]))
    return np.mean(shares)


def test_the_best_weight_of_the_literal_rule_is_chosen(made):
    prepared, method = made
    found = {
        weight: np.mean(
            [
                literal(prepared, method, weight, *way)
                for way in (("image", "text"), ("text", "image"))
            ]
        )
        for weight in WEIGHTS
    }
    best = max(found.values())
    assert len(set(found.values())) > 1
    [chosen] = segment_weights(method, prepared).values()
    # Sums in another order may part what is as good.
    assert found[chosen] == pytest.approx(best, abs=2e-3)


def test_of_equally_good_weights_the_nearest_to_one_is_chosen(made, monkeypatch):
    prepared, method = made
    monkeypatch.setattr(module, "_joint", lambda scores, right, weights: 0.5)
    assert segment_weights(method, prepared) == {"colour": 1.0}
    monkeypatch.setattr(
        module, "_joint", lambda scores, right, weights: -abs(math.log(weights["colour"] / 2))
    )
    assert segment_weights(method, prepared) == {"colour": 2.0}


def test_a_method_without_facets_has_no_weights(made):
    prepared, method = made
    assert segment_weights(method.category, prepared) == {}


@pytest.mark.parametrize("wrong", [{"colour": "2"}, {"colour": -1}, [2.0], {"colour": math.inf}])
def test_damaged_weights_are_refused(tmp_path, wrong):
    (tmp_path / "model.json").write_text(json.dumps({"segment_weights": wrong}))
    with pytest.raises(RunError, match=r"model\.json: segment_weights: .*train the run again"):
        chosen_weights(tmp_path)


def test_a_run_of_an_earlier_version_has_none(tmp_path):
    (tmp_path / "model.json").write_text("{}")
    assert chosen_weights(tmp_path) == {}
