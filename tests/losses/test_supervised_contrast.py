from __future__ import annotations

import numpy as np
import pytest
import torch

from hierhash.losses.supervised_contrast import supervised_contrast
from tests.reference import contrast as literal


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_literal_loss_in_value_and_gradient(seed):
    rng = np.random.default_rng(seed)
    similarities = rng.standard_normal((6, 9)) * 3
    positive, candidate = rng.random((6, 9)) < 0.3, rng.random((6, 9)) < 0.7
    positive[0] = False  # an anchor without a positive does not count
    live = torch.from_numpy(similarities).requires_grad_()
    loss = supervised_contrast(live, torch.from_numpy(positive), torch.from_numpy(candidate))
    assert loss.item() == pytest.approx(
        literal.supervised_contrast(similarities, positive, candidate)
    )
    loss.backward()
    step = 1e-6
    for row, column in [(0, 0), (1, 2), (3, 5), (5, 8)]:
        moved = similarities.copy()
        moved[row, column] += step
        slope = (literal.supervised_contrast(moved, positive, candidate) - loss.item()) / step
        assert live.grad[row, column].item() == pytest.approx(slope, abs=1e-5)


def test_nothing_positive_gives_nothing():
    none = torch.zeros(2, 3, dtype=torch.bool)
    assert supervised_contrast(torch.ones(2, 3), none, ~none).item() == 0
