from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from hierhash.metrics.bootstrap import paired_intervals


def test_with_one_seed_intervals_are_those_of_scipy():
    rng = np.random.default_rng(0)
    differences = rng.normal([0.05, 0.0], 0.2, (300, 2))
    mean, low, high = paired_intervals(differences[None])
    for column in range(2):
        expected = bootstrap(
            (differences[:, column],),
            np.mean,
            n_resamples=10_000,
            method="percentile",
            random_state=1,
        ).confidence_interval
        assert mean[column] == pytest.approx(differences[:, column].mean())
        assert low[column] == pytest.approx(expected.low, abs=0.002)
        assert high[column] == pytest.approx(expected.high, abs=0.002)


def test_seeds_and_queries_are_both_drawn_anew():
    seeds = np.random.default_rng(0).normal(0, 0.2, (12, 1, 1))
    queries = np.random.default_rng(1).normal(0, 0.4, (1, 150, 1))
    _, low, high = paired_intervals(seeds + queries)
    # The means of two crossed samples: their variances add.
    spread = np.sqrt(seeds.var() / 12 + queries.var() / 150)
    assert high[0] - low[0] == pytest.approx(2 * 1.96 * spread, rel=0.05)
    assert spread > 1.08 * np.sqrt(queries.var() / 150)


def test_a_difference_that_one_seed_of_three_turns_around_is_not_certain():
    queries = np.random.default_rng(0).normal(0, 0.01, (1, 500, 1))
    firm = np.array([0.05, 0.05, 0.05])[:, None, None] + queries
    loose = np.array([0.2, 0.05, -0.1])[:, None, None] + queries
    assert firm.mean() == pytest.approx(loose.mean())
    assert paired_intervals(firm)[1][0] > 0
    assert paired_intervals(loose)[1][0] < 0


def test_the_same_seed_gives_the_same_interval():
    differences = np.random.default_rng(0).normal(size=(2, 50, 1))
    first, again = (paired_intervals(differences, resamples=100, seed=3) for _ in range(2))
    assert [part.tolist() for part in first] == [part.tolist() for part in again]
