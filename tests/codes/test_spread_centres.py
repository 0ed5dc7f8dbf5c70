from __future__ import annotations

import numpy as np
import pytest

from hierhash.codes.spread_centres import hadamard_centres, random_centres


@pytest.mark.parametrize(("classes", "bits"), [(16, 16), (82, 64), (20, 32)])
def test_hadamard_rows_differ_in_half_of_the_bits_or_in_all(classes, bits):
    centres = hadamard_centres(classes, bits, 0).astype(int)
    products = centres @ centres.T
    assert set(np.unique(products)) <= {-bits, 0, bits}
    assert (products == bits).sum() == classes  # no two are the same


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
