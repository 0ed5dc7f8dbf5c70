from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hierhash.codes.hamming import hamming_distances
from hierhash.codes.packing import pack, sign, unpack


@given(st.integers(1, 300), st.integers(0, 2**31))
def test_packing_round_trips_and_distance_counts_unequal_signs(bits, seed):
    rng = np.random.default_rng(seed)
    left, right = rng.standard_normal((3, bits)), rng.standard_normal((4, bits))
    assert np.array_equal(unpack(pack(left), bits), sign(left))
    expected = (sign(left)[:, None] != sign(right)[None]).sum(axis=2)
    assert np.array_equal(hamming_distances(pack(left), pack(right)), expected)


def test_zero_is_plus_one_and_nan_is_refused():
    assert sign(np.array([0.0, -0.0])).tolist() == [1, 1]
    with pytest.raises(ValueError, match="NaN"):
        sign(np.array([np.nan]))
