"""The answers of grouped codes are those of all codes, ties and all."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hierhash.codes.asymmetric import asymmetric_scores
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


@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 60),
    kinds=st.integers(1, 12),
    k=st.integers(0, 70),
)
def test_the_first_among_some_are_those_of_all_that_may_answer(seed, n, kinds, k):
    random = np.random.default_rng(seed)
    of = random.integers(0, kinds, n)
    found = DistinctCodes.of(of.astype(np.uint8)[:, None])
    keys = random.integers(0, 4, len(found.codes)).astype(np.float32)
    rows = np.flatnonzero(random.random(n) < random.choice([0.1, 0.5, 1.0]))
    own = keys[np.searchsorted(found.codes[:, 0], of[rows])]
    wanted = np.lexsort((rows, own))[:k]
    near, first = found.first_among(keys, k, rows)
    assert first.tolist() == rows[wanted].tolist()
    assert near.tolist() == own[wanted].tolist()


def test_scores_are_those_of_the_codes():
    random = np.random.default_rng(0)
    found = DistinctCodes.of(random.integers(0, 256, (300, 3), dtype=np.uint8))
    for bits in (17, 24):
        real = random.normal(size=bits).astype(np.float32)
        assert np.array_equal(found.scores(real), asymmetric_scores(real, found.codes))
