from __future__ import annotations

import itertools

import numpy as np
import pytest

from hierhash.codes.similarity_codes import similarity_codes, sweep
from tests.reference.seeds import similarity_objective


@pytest.mark.parametrize("seed", range(5))
def test_the_objective_falls_from_sweep_to_sweep(seed):
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, 3, 12)
    codes = rng.choice([-1.0, 1.0], (12, 6))
    values = [similarity_objective(codes, classes)]
    for _ in range(4):
        sweep(codes, classes)
        values.append(similarity_objective(codes, classes))
    assert (np.abs(codes) <= 1).all()
    assert all(later <= earlier + 1e-6 for earlier, later in itertools.pairwise(values))
    assert values[-1] < values[0] / 2


def test_a_step_is_newtons_with_the_derivatives_of_the_objective():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 2, 6)
    codes = rng.uniform(-0.2, 0.2, (6, 3))
    whole = codes @ codes.T - 3 * np.where(classes[:, None] == classes, 1, -1)
    slope = 4 * whole[0] @ codes[:, 0]
    bend = 4 * (codes[:, 0] @ codes[:, 0] + codes[0, 0] ** 2 + whole[0, 0])
    step = 1e-5
    ends = []
    for by in (-step, 0, step):
        moved = codes.copy()
        moved[0, 0] += by
        ends.append(similarity_objective(moved, classes) * 9)  # ||K S - H H'||^2
    assert (ends[2] - ends[0]) / (2 * step) == pytest.approx(slope, rel=1e-4)
    assert (ends[2] - 2 * ends[1] + ends[0]) / step**2 == pytest.approx(bend, rel=1e-3)


def test_classes_end_up_apart():
    classes = np.arange(40) % 4
    codes = similarity_codes(classes, 16, 5, np.random.default_rng(0))
    products = np.sign(codes) @ np.sign(codes).T
    same = classes[:, None] == classes
    assert products[same].mean() > 10
    assert products[~same].mean() < 0
