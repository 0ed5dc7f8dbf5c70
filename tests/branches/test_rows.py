from __future__ import annotations

import numpy as np

from hierhash.branches.rows import BLOCK, column_statistics


def test_statistics_taken_in_blocks_are_those_of_the_present_rows():
    rng = np.random.default_rng(0)
    features = (50 + 3 * rng.standard_normal((2 * BLOCK + 7, 5))).astype(np.float32)
    features[:, 4] = 2.5
    present = rng.random(len(features)) < 0.7
    present[BLOCK : 2 * BLOCK] = False  # a block without any
    mean, deviation = column_statistics(features, present)
    kept = features[present].astype(np.float64)
    np.testing.assert_allclose(mean, kept.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(deviation[:4], kept[:, :4].std(axis=0), rtol=1e-6)
    assert deviation[4] == 1.0
