"""Losses of early image hashing are the literal ones, in value and gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hierhash.losses.segment_similarity import balance, segment_similarity
from hierhash.losses.triplets import hinge, lca_levels, ranking, squared_distances
from tests.reference import seeds as literal

RNG = np.random.default_rng(1)
OUTPUTS = RNG.standard_normal((6, 5))
CLASSES = np.array([[0, 0], [0, 1], [1, 2], [0, 0], [1, -1], [1, 2]])
WEIGHTS = np.array([2 / 3, 1 / 3])
RELEVANCE = lca_levels(torch.tensor(CLASSES)).numpy()


def halves(rows):
    return [rows[:, :2], rows[:, 2:]]


def apart(rows):
    return ((rows[:, None] - rows) ** 2).sum(axis=2)


CASES = {
    "segments": (
        lambda u: segment_similarity(
            halves(u),
            torch.tensor(CLASSES),
            halves(torch.tensor(OUTPUTS[::-1].copy())),
            torch.tensor(CLASSES),
            torch.tensor(WEIGHTS),
        ),
        lambda u: literal.segment_similarity(
            halves(u), CLASSES, halves(OUTPUTS[::-1]), CLASSES, WEIGHTS
        ),
    ),
    "hinge": (
        lambda u: hinge(squared_distances(u), torch.tensor(CLASSES[:, -1]), 2.0),
        lambda u: literal.hinge(apart(u), CLASSES[:, -1], 2.0),
    ),
    "ranking": (
        lambda u: ranking(squared_distances(u), torch.tensor(RELEVANCE), 2.0),
        lambda u: literal.ranking(apart(u), RELEVANCE.tolist(), 2.0),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_the_literal_loss_in_value_and_gradient(name):
    fast, slow = CASES[name]
    live = torch.tensor(OUTPUTS, requires_grad=True)
    loss = fast(live)
    assert loss.item() == pytest.approx(slow(OUTPUTS))
    assert loss.item() > 0
    loss.backward()
    for place in [(0, 0), (2, 3), (4, 1), (5, 4)]:
        moved = OUTPUTS.copy()
        moved[place] += 1e-6
        slope = (slow(moved) - slow(OUTPUTS)) / 1e-6
        assert live.grad[place].item() == pytest.approx(slope, abs=1e-4)


def test_levels_shared_are_those_of_the_common_ancestor():
    assert RELEVANCE[0].tolist() == [-1, 1, 0, 2, -1, 0]
    assert (RELEVANCE[4] == -1).all()


def test_balance_is_zero_where_every_bit_is_as_often_on_as_off():
    assert balance(torch.tensor([[1.0, -1.0], [-1.0, 1.0]])).item() == 0


def test_a_batch_of_one_class_has_no_triplet():
    live = torch.ones(3, 3, requires_grad=True)
    loss = hinge(squared_distances(live), torch.zeros(3, dtype=torch.int64), 1.0)
    loss.backward()
    assert loss.item() == 0
