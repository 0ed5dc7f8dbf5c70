"""The answers of grouped codes are those of all codes, ties and all."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hierhash.codes.distinct import DistinctCodes


@given(
    seed=st.integers(0, 10_000),
    n=st.integers(0, 60),
    kinds=st.integers(1, 12),
    width=st.integers(1, 3),
    k=st.integers(0, 70),
)
def test_answers_are_canonical(seed, n, kinds, width, k):
    random = np.random.default_rng(seed)
    made = random.integers(0, 4, (kinds, width), dtype=np.uint8)
    codes, queries = made[random.integers(0, kinds, n)], made[:3] ^ 1
    distances, rows = DistinctCodes.of(codes).nearest(queries, k)
    for query, near, found in zip(queries, distances, rows, strict=True):
        every = np.bitwise_count(codes ^ query).sum(axis=1)
        wanted = np.lexsort((np.arange(n), every))[:k]
        assert found.tolist() == wanted.tolist()
        assert near.tolist() == every[wanted].tolist()
