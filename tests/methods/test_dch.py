from __future__ import annotations

import numpy as np
import pytest

from hierhash.methods import dch
from hierhash.methods.dch import DCH, DCHSettings, Side, classifier, discrete, label_rows
from hierhash.methods.linear_codes import Kernel
from hierhash.testing.small_problem import TREE, small_items, small_problem
from hierhash.training.fit import Watch
from tests.reference import dch as literal

RNG = np.random.default_rng(0)
N, K = 60, 8
Y = np.eye(5)[RNG.integers(0, 5, N)]
HAS = [np.arange(N), np.flatnonzero(np.arange(N) % 3)]
X = [RNG.standard_normal((len(at), 7)).astype(np.float32) for at in HAS]
RIDGE, FEATURE_RIDGE, MU = 0.7, 0.3, 0.05


def sides():
    return [Side(at, rows, FEATURE_RIDGE) for at, rows in zip(HAS, X, strict=True)]


def loss(B, W, P):
    parts = list(zip(HAS, X, P, strict=True))
    return literal.objective(B, Y, W, parts, RIDGE, FEATURE_RIDGE, MU)


def test_the_objective_never_rises_over_any_step():
    B = RNG.choice([-1.0, 1.0], size=(N, K))
    W, P = RNG.standard_normal((K, 5)), [RNG.standard_normal((7, K)) for _ in HAS]
    values = [loss(B, W, P)]
    for _ in range(5):
        W = classifier(B, Y, RIDGE)
        values.append(loss(B, W, P))
        P = [side.ridge(B) for side in sides()]
        values.append(loss(B, W, P))
        Q = Y @ W.T
        for at, rows, weights in zip(HAS, X, P, strict=True):
            Q[at] += MU * (rows @ weights)
        for _ in range(3):
            B = discrete(B, Q, W @ W.T, 1)
            values.append(loss(B, W, P))
    assert (np.diff(values) <= 1e-6 * values[0]).all()
    assert values[-1] < 0.5 * values[0]


def test_a_ridge_regression_is_where_the_loss_is_level():
    B = RNG.choice([-1.0, 1.0], size=(N, K))
    W, P = classifier(B, Y, RIDGE), [side.ridge(B) for side in sides()]
    best = loss(B, W, P)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        other = W + 1e-3 * rng.standard_normal(W.shape)
        turned = [part + 1e-3 * rng.standard_normal(part.shape) for part in P]
        assert loss(B, other, P) > best
        assert loss(B, W, turned) > best


def test_a_turn_over_the_bits_is_the_literal_one():
    B, W = RNG.choice([-1.0, 1.0], size=(N, K)), RNG.standard_normal((K, 5))
    P = [RNG.standard_normal((7, K)) for _ in HAS]
    Q, targets = Y @ W.T, []
    for at, rows, weights in zip(HAS, X, P, strict=True):
        Q[at] += MU * (rows @ weights)
        targets.append(np.full((N, K), np.nan))
        targets[-1][at] = rows @ weights
    once = literal.bits(B, Y, W, targets, MU)
    assert np.array_equal(discrete(B, Q, W @ W.T, 1), once)
    assert not np.array_equal(once, B)
    settled = discrete(B, Q, W @ W.T, 100)
    assert np.array_equal(literal.bits(settled, Y, W, targets, MU), settled)


def test_labels_of_levels_are_scaled_by_the_roots_of_their_weights():
    labels = TREE.encode([["a1"], ["c1"], ["a1", "b1"]])
    weights = np.array([0.2, 0.3, 0.5])
    sizes = [len(TREE.nodes_at(level)) for level in (1, 2, 3)]
    rows = label_rows(labels, sizes, weights, "levels").toarray()
    products = rows @ rows.T
    np.testing.assert_allclose(products[0], [1.0, 0.0, 1.0])  # two of them share all of the first's
    np.testing.assert_allclose(products[2, 2], 0.2 + 2 * 0.3 + 2 * 0.5)
    leaves = label_rows(labels, sizes, weights, "leaf").toarray()
    assert leaves.shape == (3, sizes[-1])
    assert leaves.sum(axis=1).tolist() == [1.0, 1.0, 2.0]


@pytest.mark.parametrize("labels", ["leaf", "levels"])
def test_a_fit_ends_where_its_own_steps_leave_it(labels, monkeypatch):
    items = small_items(without=np.arange(120) % 4 == 0)
    settings = DCHSettings(labels=labels, anchors=20, iterations=50, mu=0.01)
    method = DCH(settings, small_problem(items, bits=8))
    kept = []

    def seen(B, *rest):
        kept.append(discrete(B, *rest))
        return kept[-1]

    monkeypatch.setattr(dch, "discrete", seen)
    method.fit(items, Watch())
    assert len(kept) < 50
    assert np.array_equal(kept[-1], kept[-2])
    outputs = method.outputs({"image": items.rows["image"]})
    assert (np.where(outputs >= 0, 1.0, -1.0) == kept[-1]).mean() > 0.8


def test_features_bear_on_the_bits_by_mu(monkeypatch):
    items = small_items(without=np.arange(120) % 4 == 0)
    calls = []

    def seen(B, Q, *rest):
        calls.append((B, Q))
        return discrete(B, Q, *rest)

    monkeypatch.setattr(dch, "discrete", seen)
    for mu in (0.0, 0.5):
        settings = DCHSettings(anchors=20, iterations=1, mu=mu)
        method = DCH(settings, small_problem(items, bits=8))
        method.fit(items, Watch())
    (B, alone), (same, both) = calls
    assert np.array_equal(B, same)
    expected = np.zeros_like(B)
    for one, has in items.has.items():
        at = np.flatnonzero(has)
        rows = method.kernels[one].rows(items.rows[one][at])
        expected[at] += 0.5 * rows @ Side(at, rows, settings.feature_ridge).ridge(B)
    np.testing.assert_allclose(both - alone, expected, atol=1e-6)
    assert np.abs(expected).max() > 0.1


def test_a_kernel_is_that_of_the_distances_and_centred():
    rows = RNG.standard_normal((30, 4)).astype(np.float32)
    kernel = Kernel.sampled(rows, 6, 0.5, np.random.default_rng(1))
    apart = ((rows[:, None] - kernel.anchors[None]) ** 2).sum(axis=2)
    expected = np.exp(-apart / (2 * 0.25 * apart.mean()))
    expected -= expected.mean(axis=0)
    np.testing.assert_allclose(kernel.rows(rows), expected, atol=1e-5)
    raw = Kernel.sampled(rows, 0, 0.5, np.random.default_rng(1))
    np.testing.assert_allclose(raw.rows(rows), rows - rows.mean(axis=0), atol=1e-5)
