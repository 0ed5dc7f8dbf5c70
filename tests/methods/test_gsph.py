from __future__ import annotations

import numpy as np
import pytest

from hierhash.labels.similarity import LevelSimilarity
from hierhash.methods import gsph
from hierhash.methods.gsph import (
    GSPH,
    JITTER,
    GSPHSettings,
    codes,
    columns,
    logistic,
    product,
    similarity,
)
from hierhash.testing.small_problem import TREE, small_items, small_problem
from hierhash.training.fit import Watch
from tests.reference import gsph as literal

RNG = np.random.default_rng(0)
N, K = 40, 6
LABELS = TREE.encode([[["a1"], ["a2"], ["b1"], ["c1"], ["a1", "c1"]][row % 5] for row in range(N)])
AT = np.flatnonzero(np.arange(N) % 3), np.flatnonzero(np.arange(N) % 4)  # unpaired: n1 != n2
WEIGHTS = np.array([0.2, 0.3, 0.5])


def dense(kind):
    """S of the pictures by the texts, written out."""
    rows = LABELS.multi_hot_rows(3)
    many = np.zeros((N, len(TREE.leaves)))
    many[rows[0], rows[1]] = 1
    if kind == "cosine":
        many /= np.linalg.norm(many, axis=1, keepdims=True)
        whole = many @ many.T
    elif kind == "any":
        whole = (many @ many.T > 0).astype(float)
    else:
        whole = LevelSimilarity(LABELS, WEIGHTS).dense().astype(float)
    return whole[np.ix_(*AT)]


@pytest.mark.parametrize("kind", ["any", "cosine", "levels"])
def test_products_with_s_are_those_of_the_whole_matrix(kind):
    B = RNG.standard_normal((len(AT[1]), K))
    found = product(similarity(LABELS, kind, WEIGHTS), N, AT, B)
    np.testing.assert_allclose(found, dense(kind) @ B, atol=1e-5)


def test_a_column_at_once_is_every_number_of_it_in_turn():
    S = dense("cosine")
    A, B = RNG.uniform(-1, 1, (len(AT[0]), K)), RNG.uniform(-1, 1, (len(AT[1]), K))
    expected = A
    for bit in range(K):
        expected = literal.column(S, expected, B, bit)
    columns(A, B, S @ B)
    np.testing.assert_allclose(A, expected, atol=1e-10)


def test_the_objective_never_rises():
    S = dense("levels")
    A, B = RNG.uniform(-1, 1, (len(AT[0]), K)), RNG.uniform(-1, 1, (len(AT[1]), K))
    values = [literal.objective(S, A, B)]
    for _ in range(10):
        columns(A, B, S @ B)
        values.append(literal.objective(S, A, B))
        columns(B, A, S.T @ A)
        values.append(literal.objective(S, A, B))
    assert (np.diff(values) <= 1e-9 * values[0]).all()
    assert values[-1] < 0.7 * values[0]


def test_codes_of_one_leaf_are_alike_whatever_an_item_lacks():
    single = TREE.encode([[["a1"], ["a2"], ["b1"], ["c1"]][row % 4] for row in range(N)])
    start = RNG.uniform(-1, 1, (len(AT[0]), 16)), RNG.uniform(-1, 1, (len(AT[1]), 16))
    A, B = codes(similarity(single, "cosine", WEIGHTS), N, AT, start, 100)
    alike = (AT[0] % 4)[:, None] == (AT[1] % 4)[None]
    products = A @ B.T / 16
    assert products[alike].mean() > products[~alike].mean() + 0.7
    assert set(np.unique(A)) == set(np.unique(B)) == {-1.0, 1.0}


def test_the_regression_is_the_least_of_the_literal_loss():
    bases = np.exp(-((RNG.standard_normal(5)[:, None] - RNG.standard_normal(5)[None]) ** 2))
    bases = bases @ bases.T + np.eye(5)
    rows, bits = RNG.standard_normal((30, 5)), RNG.choice([-1.0, 1.0], (30, 2))
    found = logistic(rows, bases, bits, 0.3)
    for bit in range(2):
        own = rows, bases + JITTER * np.eye(5), bits[:, bit], 0.3
        best = literal.logistic_loss(found[:, bit], *own)
        for seed in range(20):
            moved = found[:, bit] + 0.05 * np.random.default_rng(seed).standard_normal(5)
            assert literal.logistic_loss(moved, *own) > best - 1e-3
        assert best < literal.logistic_loss(np.zeros(5), *own)


def test_a_code_of_picture_and_text_is_by_the_chances_of_both(monkeypatch):
    items = small_items()
    method = GSPH(GSPHSettings(anchors=30), small_problem(items, bits=8))
    learnt = []

    def seen(*given):
        learnt.append(3 ** len(learnt) * logistic(*given))  # texts are three times as sure
        return learnt[-1]

    monkeypatch.setattr(gsph, "logistic", seen)
    method.fit(items, Watch())
    one, other = (
        (raw / own).mean() for raw, own in zip(learnt, method.weights.values(), strict=True)
    )
    assert one == pytest.approx(other, rel=1e-4)  # the scale is one, so no side is weighed
    rows = {one: items.rows[one] for one in ("image", "text")}
    alone = {one: method.outputs({one: own}) for one, own in rows.items()}
    chances = {one: 1 / (1 + np.exp(-own)) for one, own in alone.items()}
    expected = sum(0.5 * (p - (1 - p)) for p in chances.values()) >= 0
    both = method.encode(rows, "database").codes
    assert np.array_equal(np.unpackbits(both, axis=1) == 1, expected)
    sizes = [float(np.sqrt((own**2).mean())) for own in alone.values()]
    assert np.mean(np.square(sizes)) == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize("kind", ["any", "cosine", "levels"])
def test_items_of_an_inner_node_teach_where_levels_do(kind):
    labels = [["A"] if row % 4 == 3 else [["a1"], ["b1"], ["c1"]][row % 4] for row in range(80)]
    items = small_items(80, labels=labels)
    known = items.subset(np.arange(80) % 4 != 3)
    fitted = []
    for train in (items, known):
        method = GSPH(GSPHSettings(similarity=kind, anchors=30), small_problem(items, bits=8))
        method.fit(train, Watch())
        fitted.append(method.state())
    alike = all(np.array_equal(fitted[0][name], fitted[1][name]) for name in fitted[0])
    assert alike == (kind != "levels")
