from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from hierhash.metrics.bootstrap import paired_intervals


def test_intervals_are_those_of_scipy():
    rng = np.random.default_rng(0)
    differences = rng.normal([0.05, 0.0], 0.2, (300, 2))
    mean, low, high = paired_intervals(differences)
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


def test_the_same_seed_gives_the_same_interval():
    differences = np.random.default_rng(0).normal(size=(50, 1))
    first, again = (paired_intervals(differences, resamples=100, seed=3) for _ in range(2))
    assert [part.tolist() for part in first] == [part.tolist() for part in again]
