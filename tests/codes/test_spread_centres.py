from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import hadamard

from hierhash.codes.spread_centres import hadamard_centres, random_centres


@pytest.mark.parametrize(("classes", "bits"), [(16, 16), (82, 64), (20, 32)])
def test_hadamard_rows_differ_in_half_of_the_bits_or_in_all(classes, bits):
    centres = hadamard_centres(classes, bits, 0).astype(int)
    products = centres @ centres.T
    assert set(np.unique(products)) <= {-bits, 0, bits}
    assert (products == bits).sum() == classes  # no two are the same


@pytest.mark.parametrize(("classes", "bits"), [(4, 16), (20, 32), (56, 64), (30, 64), (64, 64)])
def test_every_bit_has_both_values(classes, bits):
    for seed in range(20):
        centres = hadamard_centres(classes, bits, seed).astype(int)
        assert set(np.unique(centres)) == {-1, 1}
        assert (np.abs(centres.sum(axis=0)) < classes).all()
        assert np.array_equal(centres @ centres.T, bits * np.eye(classes, dtype=int))
        assert not np.array_equal(centres, hadamard_centres(classes, bits, seed + 1))


@pytest.mark.parametrize(("classes", "constant"), [(1, 16), (2, 8), (3, 4)])
def test_fewer_than_four_classes_have_as_few_constant_bits_as_can_be(classes, constant):
    centres = hadamard_centres(classes, 16, 0).astype(int)
    assert (np.abs(centres.sum(axis=0)) == classes).sum() == constant
    assert np.array_equal(centres @ centres.T, 16 * np.eye(classes, dtype=int))


def test_more_classes_than_bits_take_the_rows_in_their_order():
    whole = np.concatenate([hadamard(16), -hadamard(16)])[:20]
    expected = whole[np.random.default_rng(3).permutation(20)]
    assert np.array_equal(hadamard_centres(20, 16, 3), expected)


@pytest.mark.parametrize(("classes", "bits"), [(82, 32), (40, 16), (20, 24)])
def test_where_they_do_not_suffice_random_codes_are_apart(classes, bits):
    centres = hadamard_centres(classes, bits, 1).astype(int)
    apart = (bits - centres @ centres.T) // 2
    np.fill_diagonal(apart, bits)
    assert apart.min() >= bits // 4


def test_a_seed_gives_one_set():
    assert np.array_equal(random_centres(9, 16, 3), random_centres(9, 16, 3))
    assert not np.array_equal(random_centres(9, 16, 3), random_centres(9, 16, 4))
    assert not np.array_equal(hadamard_centres(16, 16, 0), hadamard_centres(16, 16, 1))
