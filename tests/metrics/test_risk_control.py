from __future__ import annotations

import math

import numpy as np
import pytest

from hierhash.labels.tree import LabelTree
from hierhash.metrics.risk_control import RiskControl, chain, right_levels, risk_control

TREE = LabelTree.from_nested({"A": {"a": ["a1", "a2"], "b": ["b1", "b2"]}, "C": ["c1"]}, name="t")


def made_up(n, seed, sharpness=1.5):
    """Items whose probabilities say how often they are right."""
    rng = np.random.default_rng(seed)
    logits = sharpness * rng.standard_normal((n, 5))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = [int(rng.choice(5, p=row)) for row in chances]
    return chances, TREE.encode([[TREE.leaves[leaf]] for leaf in truth])


def answered_wrong(chances, labels, threshold):
    """Literally: the deepest node of enough probability, and whether it is wrong."""
    nodes, shares = chain(chances, TREE.leaf_ancestors)
    wrong = 0
    for item in range(len(chances)):
        deepest = -1
        for level in range(3):
            if shares[item, level] >= threshold:
                deepest = level
        wrong += deepest >= 0 and nodes[item, deepest] != labels.single_codes[item, deepest]
    return wrong


@pytest.mark.parametrize("risk", [0.05, 0.1, 0.2, 0.4])
def test_it_is_the_smallest_threshold_that_keeps_to_the_bound(risk):
    chances, labels = made_up(300, seed=1)
    control = risk_control(chances, labels, TREE.leaf_ancestors)
    threshold = control.threshold(risk)
    assert (answered_wrong(chances, labels, threshold) + 1) / 301 <= risk
    # A little lower, and too many are wrong.
    lower = math.nextafter(threshold, 0) - 1e-12
    assert (answered_wrong(chances, labels, lower) + 1) / 301 > risk


def test_new_items_are_wrong_as_often_as_asked():
    chances, labels = made_up(2000, seed=2)
    control = risk_control(chances, labels, TREE.leaf_ancestors)
    others, truth = made_up(4000, seed=3)
    for risk in (0.05, 0.1, 0.2):
        found = answered_wrong(others, truth, control.threshold(risk)) / 4000
        assert found == pytest.approx(risk, abs=0.02)


def test_the_ends():
    sure = RiskControl(99, ())
    assert sure.threshold(0.01) == 0.0
    assert sure.threshold(0.001) == math.inf
    assert RiskControl(0, ()).threshold(0.5) == math.inf


def test_of_several_paths_any_may_be_right_and_unlabelled_ones_are_left_out():
    labels = TREE.encode([["a1", "c1"], ["b1"], [], ["A"]])
    nodes = np.array([[1, 2, 4], [0, 0, 0], [0, 0, 0], [0, 0, 0]])
    assert right_levels(nodes, labels).tolist() == [
        [True, True, True],
        [True, False, False],
        [False, False, False],
        [True, False, False],
    ]
    chances = np.array([[0.1, 0, 0, 0, 0.9], [0.8, 0, 0.2, 0, 0], [1, 0, 0, 0, 0.0], [0.2] * 5])
    control = risk_control(chances, labels, TREE.leaf_ancestors)
    assert control == RiskControl(2, (0.8,))


@pytest.mark.parametrize(
    "content", [None, {}, {"n": 1, "wrong_at": [2.0]}, {"n": 2, "wrong_at": [0.1, 0.2]}, {"n": -1}]
)
def test_other_content_is_refused(content):
    with pytest.raises(ValueError, match="no control of risk"):
        RiskControl.from_dict(content)


def test_it_comes_back_from_plain_values():
    control = RiskControl(3, (0.5, 0.25))
    assert RiskControl.from_dict(control.as_dict()) == control
