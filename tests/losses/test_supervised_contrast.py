from __future__ import annotations

import numpy as np
import pytest
import torch

from hierhash.losses import supervised_contrast as module
from hierhash.losses.supervised_contrast import supervised_contrast
from tests.reference import contrast as literal

SCALE = 0.7


def literally(anchors, classes, buffer, known, own):
    similarities = (SCALE * anchors @ buffer.T).tolist()
    candidate = [[k >= 0 and j != mine for j, k in enumerate(known)] for mine in own]
    positive = [[c >= 0 and c == k for k in known] for c in classes]
    return literal.supervised_contrast(similarities, positive, candidate)


@pytest.mark.parametrize("columns", [2048, 4])
@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_literal_loss_in_value_and_gradient(seed, columns, monkeypatch):
    monkeypatch.setattr(module, "COLUMNS", columns)
    rng = np.random.default_rng(seed)
    anchors, buffer = rng.standard_normal((6, 5)), rng.standard_normal((9, 5))
    classes, known = rng.integers(-1, 3, 6), rng.integers(-1, 3, 9)
    own = np.array([-1, 0, 3, -1, 8, 5])
    classes[1], known[0] = 2, 2
    classes[3] = 7  # an anchor without a positive does not count

    def fast(rows):
        whole = (torch.from_numpy(one) for one in (classes, buffer, known, own))
        return supervised_contrast(rows, *whole, SCALE)

    live = torch.from_numpy(anchors).requires_grad_()
    loss = fast(live)
    assert loss.item() == pytest.approx(literally(anchors, classes, buffer, known, own))
    loss.backward()
    step = 1e-6
    for row, column in [(0, 0), (1, 2), (3, 4), (5, 1)]:
        moved = anchors.copy()
        moved[row, column] += step
        slope = (literally(moved, classes, buffer, known, own) - loss.item()) / step
        assert live.grad[row, column].item() == pytest.approx(slope, abs=1e-5)


def test_no_candidate_gives_nothing():
    none = torch.full((3,), -1)
    live = torch.ones(2, 4, requires_grad=True)
    loss = supervised_contrast(live, torch.zeros(2).long(), torch.ones(3, 4), none, none[:2], 1.0)
    loss.backward()
    assert loss.item() == 0
    assert not live.grad.any()
