from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hierhash.codes.packing import pack
from hierhash.codes.weighted_hamming import WeightedHamming, equal_parts, whole_weights


@given(
    parts=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    seed=st.integers(0, 1000),
)
def test_it_is_the_weighted_sum_of_differing_bits(parts, seed):
    rng = np.random.default_rng(seed)
    padded = (*parts, -sum(parts) % 8 or 8)
    weights = tuple(int(one) for one in rng.integers(1, 9, len(padded)))
    distance = WeightedHamming(padded, weights)
    signs = rng.choice([-1.0, 1.0], (6, sum(padded)))
    each = np.repeat(weights, padded)
    expected = ((signs[:, None] != signs) * each).sum(axis=2)
    codes = pack(signs)
    assert np.array_equal(distance.between(codes, codes), expected)
    assert distance.steps == each.sum()
    # <w q, b> of codes is the largest score less twice the distance.
    scores = distance.scorer(codes)(signs.astype(np.float32)) * max(weights)
    np.testing.assert_allclose(scores, each.sum() - 2 * expected, rtol=1e-4, atol=1e-4)


def test_levels_share_the_bits_and_the_last_takes_the_rest():
    assert equal_parts(64, 3) == (21, 21, 22)
    assert equal_parts(8, 1) == (8,)


def test_weights_become_whole_numbers():
    assert whole_weights([2 / 3, 1 / 3]) == (2, 1)
    assert whole_weights([0.3, 0.3, 0.4]) == (3, 3, 4)
    assert whole_weights([1.0]) == (1,)
