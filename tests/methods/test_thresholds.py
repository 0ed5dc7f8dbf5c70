from __future__ import annotations

import itertools

import numpy as np
import pytest

from hierhash.methods.thresholds import STEPS, choose_thresholds, level_balance


def error(first, second, wanted, weights, thresholds):
    """The literal objective."""
    total = 0.0
    for x, y in itertools.product(range(len(first)), range(len(second))):
        mine = [1 if m >= t else -1 for m, t in zip(first[x], thresholds, strict=True)]
        theirs = [1 if m >= t else -1 for m, t in zip(second[y], thresholds, strict=True)]
        product = sum(a * b for a, b in zip(mine, theirs, strict=True))
        total += weights[x, y] * (len(thresholds) * wanted[x, y] - product) ** 2
    return total


def problem(seed, bits=6):
    rng = np.random.default_rng(seed)
    first, second = rng.uniform(-1, 1, (7, bits)), rng.uniform(-1, 1, (8, bits))
    return first, second, rng.uniform(0, 1, (7, 8)), rng.uniform(0.2, 1, (7, 8))


def test_no_single_threshold_can_be_bettered():
    for seed in range(5):
        given = problem(seed)
        chosen = choose_thresholds(*given, [6])
        best = error(*given, chosen)
        for bit, value in itertools.product(range(6), np.linspace(-0.5, 0.5, STEPS)):
            moved = chosen.copy()
            moved[bit] = value
            assert error(*given, moved) >= best - 1e-9
        assert best <= error(*given, np.zeros(6))


def test_a_prefix_is_chosen_as_if_it_were_all():
    first, second, wanted, weights = problem(9, bits=8)
    whole = choose_thresholds(first, second, wanted, weights, [4, 8])
    alone = choose_thresholds(first[:, :4], second[:, :4], wanted, weights, [4])
    assert whole[:4].tolist() == alone.tolist()


def test_every_level_of_agreement_weighs_the_same():
    first = np.array([[0, 0], [0, 1], [1, 2]])
    second = np.array([[0, 0], [0, 1], [1, 2], [1, 3], [0, -1]])
    weights = level_balance(first, second)
    shared = sum(
        (a[:, None] == b[None]) & (a[:, None] >= 0) for a, b in zip(first.T, second.T, strict=True)
    )
    for level in range(3):
        assert weights[shared == level].sum() == pytest.approx(1)
