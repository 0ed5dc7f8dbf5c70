from __future__ import annotations

import numpy as np

from hierhash.labels.tree import LabelTree
from hierhash.methods.coherent import coherent_probabilities

TREE = LabelTree.from_nested({"A": ["a", "b"], "C": ["c"]}, name="t")
ANCESTORS = np.stack([TREE.ancestor_codes(leaf) for leaf in TREE.leaves], axis=1).astype(np.int64)


def test_no_class_is_surer_than_its_parent_and_levels_sum_to_one():
    rng = np.random.default_rng(0)
    chances = [rng.dirichlet(np.ones(size), 50) for size in (2, 3)]
    top, leaf = coherent_probabilities(chances, ANCESTORS)
    np.testing.assert_allclose(leaf.sum(axis=1), 1)
    np.testing.assert_allclose(top[:, 0], leaf[:, 0] + leaf[:, 1])
    assert (leaf <= top[:, ANCESTORS[0]] + 1e-12).all()
    pooled = np.stack(
        [
            np.sqrt(chances[0][:, ANCESTORS[0, one]] * chances[1][:, ANCESTORS[1, one]])
            for one in range(3)
        ],
        axis=1,
    )
    np.testing.assert_allclose(leaf, pooled / pooled.sum(axis=1, keepdims=True))


def test_levels_that_agree_are_left_alone():
    leaf = np.array([[0.2, 0.3, 0.5]])
    top = np.array([[0.5, 0.5]])
    found = coherent_probabilities([top, leaf], ANCESTORS)
    np.testing.assert_allclose(found[1], leaf)
    np.testing.assert_allclose(found[0], top)
