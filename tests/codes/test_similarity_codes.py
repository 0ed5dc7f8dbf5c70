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


def test_a_step_is_newtons_on_the_objective_cut_to_the_box():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 2, 6)
    codes = rng.uniform(-0.9, 0.9, (6, 3))
    small, step = 1e-4, []
    for by in (-small, 0, small):
        moved = codes.copy()
        moved[0, 0] += by
        step.append(similarity_objective(moved, classes))
    slope = (step[2] - step[0]) / (2 * small)
    bend = (step[2] - 2 * step[1] + step[0]) / small**2
    assert bend > 0
    swept = codes.copy()
    first_only(swept, classes)
    expected = np.clip(codes[0, 0] - slope / bend, -1, 1)
    assert swept[0, 0] == pytest.approx(expected, abs=1e-4)


def first_only(codes, classes):
    """A sweep that ends after its first number: that of all the others is put back."""
    whole = codes.copy()
    sweep(whole, classes)
    codes[0, 0] = whole[0, 0]


def test_classes_end_up_apart():
    classes = np.arange(40) % 4
    codes = similarity_codes(classes, 16, 5, np.random.default_rng(0))
    products = np.sign(codes) @ np.sign(codes).T
    same = classes[:, None] == classes
    assert products[same].mean() > 10
    assert products[~same].mean() < 0
