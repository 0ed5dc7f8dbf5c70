from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hierhash.codes.packing import pack
from hierhash.codes.polysemous import RIDGE, PolysemousCodes, least_squares
from hierhash.codes.tabled import TabledHamming
from hierhash.retrieval.items import code_problem
from tests.reference.polysemous import coded, objective

RNG = np.random.default_rng(0)
CLASSES = RNG.dirichlet(np.full(6, 0.2), 300)
CENTRES = np.where(RNG.random((6, 16)) < 0.5, -1.0, 1.0)
VECTORS, VALUES = CLASSES.astype(np.float32), CLASSES @ CENTRES


def cost(own, codes, rows=slice(None)):
    args = VECTORS[rows].astype(float), VALUES[rows], codes, own.mean, own.tables
    return objective(*args, own.pull, RIDGE)


def test_tables_are_the_best_there_are():
    codes = pack(VALUES)[:40]
    mean = VECTORS[:40].mean(axis=0)
    best = PolysemousCodes(mean, least_squares(codes, VECTORS[:40] - mean.astype(float)), 0.1)
    found = cost(best, codes, slice(40))
    for byte in range(2):
        for word in {int(codes[0, byte]), 255}:
            for step in (-0.01, 0.01):
                moved = best.tables.copy()
                moved[byte, word, 0] += step
                assert cost(replace(best, tables=moved), codes, slice(40)) > found


def test_neither_coding_nor_least_squares_raises_the_objective():
    own = PolysemousCodes.learn(VECTORS, VALUES, 0.02)
    signs, codes = pack(VALUES), own.encode(VECTORS, VALUES)
    assert (signs != codes).any()
    assert cost(own, codes) < cost(own, signs)
    apart = VECTORS - own.mean.astype(float)
    again = replace(own, tables=least_squares(codes, apart))
    assert cost(again, codes) <= cost(own, codes) + 1e-3


@pytest.mark.parametrize("pull", [0.0, 0.02])
def test_codes_are_those_of_the_literal_descent(monkeypatch, pull):
    rng = np.random.default_rng(3)
    apart = VECTORS[:20] + rng.standard_normal((20, 6)).astype(np.float32) + 5  # a mean far from 0
    values = VALUES[:20] + 0.3 * rng.standard_normal((20, 16))
    # Tables of one learning step, and of enough noise that every sweep changes some bytes.
    tables = least_squares(pack(values), apart - apart.mean(axis=0, dtype=np.float64))
    tables += 0.3 * rng.standard_normal(tables.shape).astype(np.float32)
    own = PolysemousCodes(apart.mean(axis=0), tables, pull)
    monkeypatch.setattr("hierhash.codes.polysemous.BLOCK", 14)  # seven items at a time
    expected = [
        coded(vector, value, own.mean, tables, pull)
        for vector, value in zip(apart.astype(float), values, strict=True)
    ]
    np.testing.assert_array_equal(own.encode(apart, values), expected)


def test_more_rounds_lower_the_objective():
    own = PolysemousCodes.learn(VECTORS, VALUES, 0.02)
    first = replace(own, tables=least_squares(pack(VALUES), VECTORS - own.mean.astype(float)))
    gained = cost(first, first.encode(VECTORS, VALUES)) - cost(own, own.encode(VECTORS, VALUES))
    assert gained > 0.1


def test_a_hard_pull_gives_the_signs_of_the_centres():
    own = PolysemousCodes.learn(VECTORS, VALUES, 1e6)
    np.testing.assert_array_equal(own.encode(VECTORS, VALUES), pack(VALUES))


def test_the_tables_of_a_query_give_its_product_with_what_a_code_stands_for():
    own = PolysemousCodes.learn(VECTORS, VALUES, 0.02)
    codes, distance = own.encode(VECTORS, VALUES), TabledHamming(16)
    stands = sum(own.tables[byte][codes[:, byte]] for byte in range(2))
    expected = VECTORS[:7] @ stands.T
    asked = own.asked(VECTORS[:7])
    np.testing.assert_allclose(distance.scorer(codes)(asked), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(distance.scores(asked[2], codes), expected[2], rtol=1e-4, atol=1e-5)


def test_what_a_code_stands_for_is_nearer_than_what_its_signs_stand_for():
    signs = PolysemousCodes.learn(VECTORS, VALUES, 1e6)
    own = PolysemousCodes.learn(VECTORS, VALUES, 0.02)

    def away(one):
        codes = one.encode(VECTORS, VALUES)
        stands = one.mean + sum(one.tables[byte][codes[:, byte]] for byte in range(2))
        return ((VECTORS - stands) ** 2).mean()

    assert away(own) < 0.8 * away(signs)


def test_few_items_are_coded_as_among_many():
    own = PolysemousCodes.learn(VECTORS, VALUES, 0.02)
    codes = own.encode(VECTORS, VALUES)
    np.testing.assert_array_equal(own.encode(VECTORS[5:8], VALUES[5:8]), codes[5:8])
    assert own.encode(VECTORS[:0], VALUES[:0]).shape == (0, 2)


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="values of shape"):
        PolysemousCodes.learn(VECTORS, VALUES[:, :12], 0.02)
    with pytest.raises(ValueError, match="values of shape"):
        PolysemousCodes.learn(VECTORS[:0], VALUES[:0], 0.02)
    own = PolysemousCodes.learn(VECTORS, VALUES, 0.02)
    with pytest.raises(ValueError, match="of another shape"):
        PolysemousCodes.of(own.state(), 6, 4, 0.02)
    assert code_problem(np.zeros((3, 2), np.uint8), TabledHamming(16)) == ""
    assert "2 bytes each" in code_problem(np.zeros((3, 4), np.uint8), TabledHamming(16))
