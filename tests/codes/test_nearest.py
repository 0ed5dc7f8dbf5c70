"""Canonical order against a plain sort, where many distances are equal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hierhash.codes.hamming import hamming_distances
from hierhash.codes.nearest import nearest


def oracle(queries, codes, k, rows):
    found = []
    for query in queries:
        apart = hamming_distances(query[None], codes[rows])[0].astype(int)
        found.append(sorted(zip(apart.tolist(), rows.tolist(), strict=True))[:k])
    return found


@given(
    seed=st.integers(0, 1000),
    width=st.sampled_from([1, 2, 4, 5, 8, 12, 16, 32]),
    n=st.integers(1, 300),
    q=st.integers(1, 9),
    k=st.integers(1, 320),
    spread=st.integers(1, 256),
    part=st.booleans(),
)
def test_distances_and_rows_are_those_of_a_sort(seed, width, n, q, k, spread, part):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, spread, (n, width), dtype=np.uint8)
    queries = rng.integers(0, spread, (q, width), dtype=np.uint8)
    rows = np.flatnonzero(rng.random(n) < 0.5) if part else np.arange(n)
    distances, found = nearest(queries, codes, k, rows if part else None)
    pairs = [
        list(zip(own.tolist(), places.tolist(), strict=True))
        for own, places in zip(distances, found, strict=True)
    ]
    assert pairs == oracle(queries, codes, k, rows)


def test_many_equal_codes_come_in_their_order():
    codes = np.zeros((50_000, 8), dtype=np.uint8)
    codes[::7] = 1
    queries = np.zeros((40, 8), dtype=np.uint8)
    for asked in (queries, queries[:1]):
        distances, rows = nearest(asked, codes, 100)
        assert (distances == 0).all()
        assert (rows == np.flatnonzero(codes[:, 0] == 0)[:100]).all()


def test_a_xor_mask_and_a_permutation_of_bits_change_nothing():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, (500, 8), dtype=np.uint8)
    queries = rng.integers(0, 4, (20, 8), dtype=np.uint8)
    plain = nearest(queries, codes, 30)
    mask = rng.integers(0, 256, 8, dtype=np.uint8)
    order = rng.permutation(64)

    def permuted(own):
        return np.packbits(np.unpackbits(own, axis=1)[:, order], axis=1)

    for change in (lambda own: own ^ mask, permuted):
        other = nearest(change(queries), change(codes), 30)
        assert all(np.array_equal(one, two) for one, two in zip(plain, other, strict=True))


def test_no_items_no_answers_and_other_widths():
    codes = np.zeros((3, 2), dtype=np.uint8)
    distances, rows = nearest(codes, codes[:0], 5)
    assert distances.shape == rows.shape == (3, 0)
    assert nearest(codes, codes, 2, np.array([], dtype=np.int64))[1].shape == (3, 0)
    with pytest.raises(ValueError, match="codes of 2 and 1 bytes have no distance"):
        nearest(codes, codes[:, :1], 1)
