"""The best scores of many items are those of all items, ties in the order of rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hierhash.codes.coded import Coded
from hierhash.codes.distances import Hamming
from hierhash.retrieval import by_score, rescoring
from hierhash.retrieval.by_score import first_by_score
from hierhash.testing.small_store import BITS, small_index, small_run


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return small_index(small_run(tmp_path_factory.mktemp("few") / "run"), 400)


@pytest.fixture(autouse=True)
def many_begin_early(monkeypatch):
    monkeypatch.setattr(by_score, "WHOLE", 150)
    for name, value in (("FIRST", 8), ("EACH", 1), ("MORE", 3)):
        monkeypatch.setattr(rescoring, name, value)


def query(seed, alive=BITS, size=1.0):
    random = np.random.default_rng(seed)
    # Few values, so that scores are exact in any order of the sum, and many are equal.
    real = random.choice(np.array([-1, -0.75, -0.5, -0.25, 0.25, 0.5, 1]), (1, BITS)) * size
    real[:, alive:] = 0
    return Coded(np.packbits(real > 0, axis=1), real.astype(np.float32))


@pytest.mark.parametrize("some", [None, np.arange(0, 400, 2)])
@pytest.mark.parametrize(("alive", "size"), [(BITS, 1.0), (16, 1.0), (BITS, 4.0), (BITS, 0.25)])
def test_the_first_are_the_best_of_all(index, some, alive, size):
    rows = np.arange(400) if some is None else some
    for seed in range(12):
        asked = query(seed, alive, size)
        every = index.distance.scores(asked.query[0], index.codes[rows])
        wanted = rows[np.lexsort((rows, -every))]
        for k in (0, 1, 7, 60, 500):
            found, scores = first_by_score(asked, index, k, some)
            assert found.tolist() == wanted[:k].tolist()
            assert np.array_equal(scores, np.sort(every)[::-1][:k])


@given(seed=st.integers(0, 9999), k=st.integers(1, 30), size=st.sampled_from([0.3, 1.0, 6.0]))
def test_random_codes_of_any_real_query(index, seed, k, size):
    random = np.random.default_rng(seed)
    codes = random.integers(0, 256, (300, 1), dtype=np.uint8)
    items = replace(index, codes=codes, distance=Hamming(8))
    real = (random.normal(size=(1, 8)) * size).astype(np.float32)
    found, scores = first_by_score(Coded(np.packbits(real > 0, axis=1), real), items, k)
    every = items.distance.scores(real[0], codes)
    assert scores == pytest.approx(np.sort(every)[::-1][:k], abs=1e-4)
    assert every[found] == pytest.approx(scores, abs=1e-4)
