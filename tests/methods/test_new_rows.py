from __future__ import annotations

import numpy as np
import pytest

from hierhash.methods.new_rows import (
    Examples,
    _base,
    _loss,
    class_mean_rows,
    fitted_rows,
    loss_of_rows,
)

RNG = np.random.default_rng(0)
OLD = RNG.standard_normal((4, 5)), RNG.standard_normal(4)
START = RNG.standard_normal((2, 5)), RNG.standard_normal(2)
EXAMPLES = Examples(
    RNG.standard_normal((9, 5)),
    RNG.uniform(0.5, 2, 9),
    np.array([0, 0, 1, 1, 1, -1, -1, -1, -1]),
    RNG.uniform(0.1, 1, 9),
)


def literal_loss(rows, start, old, examples, pull):
    """Up to the old leaves' own logits, which no new row changes."""
    total = 0.0
    for x, heat, new, weight in zip(
        examples.outputs, examples.heat, examples.new, examples.weight, strict=True
    ):
        logits = [row @ x + heat * bias for row, bias in zip(*old, strict=True)]
        fresh = [row @ x + heat * bias for row, bias in zip(*rows, strict=True)]
        own = fresh[new] if new >= 0 else 0.0
        total += weight * (np.log(np.sum(np.exp([*logits, *fresh]))) - own)
    for now, then in zip(rows, start, strict=True):
        total += pull / 2 * ((now - then) ** 2).sum()
    return total


def test_the_loss_is_the_literal_one_and_its_gradient_too():
    rows = START[0] + 0.3, START[1] - 0.2
    base = _base(OLD, EXAMPLES)
    loss, gradient = _loss(rows, START, base, EXAMPLES, 0.7)
    assert loss == pytest.approx(literal_loss(rows, START, OLD, EXAMPLES, 0.7))
    for part in (0, 1):
        for place in np.ndindex(rows[part].shape):
            moved = [one.copy() for one in rows]
            moved[part][place] += 1e-5
            slope = (loss_of_rows(tuple(moved), START, OLD, EXAMPLES, 0.7) - loss) / 1e-5
            assert gradient[part][place] == pytest.approx(slope, abs=1e-3)


def test_fitted_rows_are_the_least_of_the_loss():
    rows = fitted_rows(START, OLD, EXAMPLES, 0.1)
    least = loss_of_rows(rows, START, OLD, EXAMPLES, 0.1)
    assert least < loss_of_rows(START, START, OLD, EXAMPLES, 0.1)
    for _ in range(20):
        near = tuple(one + 0.1 * RNG.standard_normal(one.shape) for one in rows)
        assert loss_of_rows(near, START, OLD, EXAMPLES, 0.1) > least


def test_a_stiff_pull_leaves_rows_where_they_begin():
    for row, start in zip(fitted_rows(START, OLD, EXAMPLES, 1e9), START, strict=True):
        np.testing.assert_allclose(row, start, atol=1e-6)


def test_class_mean_rows_do_not_hang_on_a_shift_of_the_head():
    means, old_means = RNG.standard_normal((2, 5)), RNG.standard_normal((4, 5))
    shift = RNG.standard_normal(5)
    rows, biases = class_mean_rows(means, old_means, OLD)
    moved, _ = class_mean_rows(means, old_means, (OLD[0] + shift, OLD[1]))
    np.testing.assert_allclose(moved, rows + shift)
    np.testing.assert_allclose(biases, OLD[1].mean())
