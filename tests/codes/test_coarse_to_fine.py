from __future__ import annotations

import numpy as np
import pytest

from hierhash.codes.coarse_to_fine import CoarseToFine, asking, beside
from hierhash.retrieval.items import code_problem

RNG = np.random.default_rng(0)
VALUES = RNG.standard_normal((9000, 16))
FEATURES = RNG.standard_normal((9000, 5)).astype(np.float32) * 4


def test_near_codes_are_ordered_by_features_and_the_others_follow_by_bits():
    stored, asked = beside(VALUES, FEATURES), asking(VALUES[:3], FEATURES[:3], near=4)
    distance = CoarseToFine(2 + 4 * 5)
    found = distance.scorer(stored)(asked)
    for row in range(3):
        away = ((VALUES > 0) != (VALUES[row] > 0)).sum(axis=1)
        apart = np.linalg.norm(FEATURES - FEATURES[row], axis=1)
        key = np.where(away <= 4, 0, away)
        expected = np.lexsort((apart, key))
        assert (expected[:2000] == np.argsort(-found[row], kind="stable")[:2000]).mean() > 0.99
        np.testing.assert_array_equal(found[row], distance.scores(asked[row], stored))
        assert found[row][away <= 4].min() > found[row][away > 4].max()


@pytest.mark.parametrize("unit", [1e-6, 1e4, 1e20])
def test_features_of_any_unit_order_what_is_near(unit):
    features = (FEATURES[:300] * unit).astype(np.float32)
    stored, asked = beside(VALUES[:300], features), asking(VALUES[:1], features[:1], near=16)
    found = CoarseToFine(22).scores(asked[0], stored)
    expected = np.argsort(np.linalg.norm(FEATURES[:300] - FEATURES[0], axis=1), kind="stable")
    assert (np.argsort(-found, kind="stable") == expected).mean() > 0.99


def test_what_is_near_is_before_what_is_not_however_far_its_features():
    codes = np.array([[1] * 8, [-1] * 5 + [1] * 3])
    stored = beside(codes, np.array([[2e9], [1.0]], np.float32))
    found = CoarseToFine(5).scores(asking(codes[:1], np.ones((1, 1), np.float32), 4)[0], stored)
    assert found[0] > found[1]


def test_no_items_and_no_queries_give_nothing():
    none = beside(VALUES[:0], FEATURES[:0])
    assert none.shape == (0, 22)
    asked = asking(VALUES[:2], FEATURES[:2], 4)
    assert CoarseToFine(22).scorer(none)(asked).shape == (2, 0)
    assert CoarseToFine(22).scorer(beside(VALUES[:3], FEATURES[:3]))(asked[:0]).shape == (0, 3)


def test_what_is_stored_is_counted_whole():
    stored = beside(VALUES[:2], FEATURES[:2])
    assert stored.shape == (2, 22)
    np.testing.assert_array_equal(stored[:, 2:].copy().view("<f4"), FEATURES[:2])
    assert code_problem(stored, CoarseToFine(22)) == ""
    assert "22 bytes each" in code_problem(stored[:, 1:], CoarseToFine(22))
    with pytest.raises(ValueError, match="another shape"):
        CoarseToFine(21).scores(asking(VALUES[:1], FEATURES[:1], 4)[0], stored[:, 1:])
