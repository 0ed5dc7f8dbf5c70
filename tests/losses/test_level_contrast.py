from __future__ import annotations

import numpy as np
import pytest
import torch

from hierhash.losses.level_contrast import level_contrast
from tests.reference import level_contrast as literal

ITEMS = np.array([4, 1, 7, 2, 9, 5, 4, 1, 7, 9, 5])


def batch(seed):
    rng = np.random.default_rng(seed)
    leaves = dict(zip(np.unique(ITEMS), rng.integers(0, 4, 6), strict=True))
    leaf = np.array([leaves[item] for item in ITEMS])
    classes = np.stack([leaf // 2, leaf], axis=1)
    classes[ITEMS == 5, -1] = -1
    return rng.standard_normal((len(ITEMS), 5)), classes


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_literal_loss_in_value_and_gradient(seed):
    outputs, classes = batch(seed)
    live = torch.tensor(outputs, requires_grad=True)
    loss = level_contrast(live, torch.tensor(classes), torch.tensor(ITEMS), 0.3)
    expected = literal.level_contrast(outputs, classes, ITEMS, 0.3)
    assert loss.item() == pytest.approx(expected)
    loss.backward()
    for place in [(0, 0), (3, 2), (6, 1), (10, 4)]:
        moved = outputs.copy()
        moved[place] += 1e-6
        slope = (literal.level_contrast(moved, classes, ITEMS, 0.3) - expected) / 1e-6
        assert live.grad[place].item() == pytest.approx(slope, abs=1e-4)


def test_no_item_of_a_known_leaf_gives_nothing():
    live = torch.ones(2, 3, requires_grad=True)
    loss = level_contrast(live, torch.full((2, 2), -1), torch.arange(2), 0.1)
    loss.backward()
    assert loss.item() == 0
    assert not live.grad.any()


def test_an_upper_level_costs_no_less_than_a_finer_one():
    # Both leaves are one class above, where all is right: the leaves' loss stands there again.
    outputs = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.1], [0.1, 1.0]])
    classes = torch.tensor([[0, 0], [0, 1], [0, 1], [0, 0]])
    found = level_contrast(outputs, classes, torch.tensor([0, 1, 1, 0]), 1.0)
    finest = literal.contrast(outputs.tolist(), [0, 1, 1, 0], 1.0)
    assert found.item() == pytest.approx((2 + 2**0.5) * finest / 2)
