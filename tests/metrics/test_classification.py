from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from hierhash.labels.tree import LabelTree
from hierhash.metrics.classification import classification_metrics, expected_calibration_error
from tests.reference import classification as literal

RAGGED = LabelTree.from_nested(
    {"A": ["short", "other", {"deep": ["x", "y"]}], "B": {"b": ["z"]}, "C": []}, name="t"
)


def problem(seed):
    rng = np.random.default_rng(seed)
    leaves = RAGGED.leaves
    ancestors = np.stack([RAGGED.ancestor_codes(leaf) for leaf in leaves], axis=1).astype(np.int64)
    true = rng.integers(0, len(leaves), 60)
    guess = np.where(rng.random(60) < 0.5, true, rng.integers(0, len(leaves), 60))
    sizes = ancestors.max(axis=1) + 1
    chances = []
    for level, size in enumerate(sizes):
        one = np.full((60, size), 0.1, dtype=np.float32)
        one[np.arange(60), ancestors[level, guess]] = 1.0
        chances.append(one / one.sum(axis=1, keepdims=True))
    return leaves, ancestors, true, guess, chances


@pytest.mark.parametrize("seed", range(5))
def test_sets_and_heights_are_the_literal_ones_on_a_ragged_tree(seed):
    leaves, ancestors, true, guess, chances = problem(seed)
    depths = np.array([len(leaf) for leaf in leaves])
    scores = classification_metrics(chances, ancestors.T[true], ancestors, depths)
    predicted, wanted = [leaves[i] for i in guess], [leaves[i] for i in true]
    found = scores["hp"], scores["hr"], scores["hf1"]
    assert found == pytest.approx(literal.set_scores(predicted, wanted))
    height = literal.mistake_height(predicted, wanted)
    assert scores["lca_height_of_mistakes"] == pytest.approx(height)
    assert scores["accuracy_level_3"] == pytest.approx(accuracy_score(true, guess))
    assert scores["consistency"] == 1.0


def test_an_item_on_an_inner_node_counts_where_it_is_known():
    leaves, ancestors, _, _, _ = problem(0)
    names = [leaf[-1] for leaf in leaves]
    x = names.index("x")
    truth = ancestors.T[[x]].copy()
    truth[0, -1] = -1  # known to be "deep", no more
    sizes = ancestors.max(axis=1) + 1
    chances = [
        np.eye(size, dtype=np.float32)[[ancestors[level, x]]] for level, size in enumerate(sizes)
    ]
    depths = np.array([len(leaf) for leaf in leaves])
    scores = classification_metrics(chances, truth, ancestors, depths)
    assert scores["hr"] == 1.0
    assert scores["hp"] == pytest.approx(2 / 3)
    assert scores["exact_path"] == 1.0
    assert np.isnan(scores["accuracy_level_3"])


def test_calibration_error_of_sure_and_wrong_is_one():
    assert expected_calibration_error(np.ones(4, np.float32), np.zeros(4, bool)) == 1.0
    confidence = np.array([0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9], np.float32)
    right = np.array([True] * 9 + [False])
    assert expected_calibration_error(confidence, right) == pytest.approx(0.0, abs=1e-6)
