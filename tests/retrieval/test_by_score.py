"""The best scores: of all items, or of many block by block of the nearest."""

from __future__ import annotations

import numpy as np
import pytest

from hierhash.codes.coded import Coded
from hierhash.retrieval import by_score
from hierhash.retrieval.by_score import first_by_score
from hierhash.testing.small_store import BITS, small_index, small_run


@pytest.fixture
def index(tmp_path):
    return small_index(small_run(tmp_path / "run"), 400)


def query(seed=0, alive=BITS):
    random = np.random.default_rng(seed)
    real = random.uniform(-1, 1, (1, BITS)).astype(np.float32)
    real[:, alive:] = 0
    return Coded(np.packbits(real > 0, axis=1), real)


def literal(asked, index, rows, block):
    """The nearest by distance, cut into blocks, each by score and then by row."""
    counts = np.repeat(asked.query[0].reshape(-1, 8).any(axis=1), 8)
    bits, own = np.unpackbits(index.codes, axis=1), np.unpackbits(asked.codes, axis=1)[0]
    apart = (bits != own)[:, counts].sum(axis=1)
    scores = (bits.astype(np.float32) * 2 - 1) @ asked.query[0]
    near = sorted(rows, key=lambda row: (apart[row], row))
    blocks = [near[start : start + block] for start in range(0, len(near), block)]
    return [row for own in blocks for row in sorted(own, key=lambda row: (-scores[row], row))]


@pytest.mark.parametrize("alive", [BITS, 16])
@pytest.mark.parametrize("some", [None, np.arange(0, 400, 3)])
def test_many_items_are_scored_block_by_block(index, monkeypatch, alive, some):
    monkeypatch.setattr(by_score, "WHOLE", 10)
    monkeypatch.setattr(by_score, "BLOCK", 64)
    asked = query(alive=alive)
    wanted = literal(asked, index, range(400) if some is None else some.tolist(), 64)
    for k in (0, 1, 63, 64, 65, 134, 500):
        rows, scores = first_by_score(asked, index, k, some)
        assert rows.tolist() == wanted[:k]
        assert np.allclose(scores, index.distance.scores(asked.query[0], index.codes[rows]))


def test_few_items_are_all_scored(index):
    asked = query(3)
    rows, scores = first_by_score(asked, index, 400)
    every = index.distance.scores(asked.query[0], index.codes)
    assert rows.tolist() == np.lexsort((np.arange(400), -every)).tolist()
    assert np.array_equal(scores, every[rows])


def test_the_first_of_blocks_are_the_best_of_all(index, monkeypatch):
    asked = [query(seed) for seed in range(30)]
    best = [set(first_by_score(one, index, 10)[0].tolist()) for one in asked]
    monkeypatch.setattr(by_score, "WHOLE", 10)
    monkeypatch.setattr(by_score, "BLOCK", 200)
    found = [set(first_by_score(one, index, 10)[0].tolist()) for one in asked]
    assert np.mean([len(a & b) / 10 for a, b in zip(best, found, strict=True)]) > 0.9
