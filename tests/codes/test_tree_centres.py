from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hierhash.codes.tree_centres import stages, tree_centres
from hierhash.labels.tree import LabelTree
from hierhash.testing.strategies import trees

TREE = LabelTree.from_nested(
    {f"A{i}": {f"B{i}{j}": [f"c{i}{j}{k}" for k in range(4)] for j in range(3)} for i in range(3)}
)
WEIGHTS = np.array([0.3, 0.3, 0.4])


def shared_levels(ancestors):
    return sum((level[:, None] == level[None, :]).astype(int) for level in ancestors)


@pytest.mark.parametrize("bits", [16, 32, 64])
def test_distances_of_centres_follow_the_tree(bits):
    centres = tree_centres(TREE.leaf_ancestors, WEIGHTS, stages(bits)).astype(int)
    assert set(np.unique(centres)) == {-1, 1}
    apart = (bits - centres @ centres.T) / 2
    shared = shared_levels(TREE.leaf_ancestors)
    likeness = np.append(0, np.cumsum(WEIGHTS))
    for level in range(3):
        wanted = bits * (1 - likeness[level]) / 2
        assert apart[shared == level].mean() == pytest.approx(wanted, rel=0.2)
    assert apart[shared < 3].min() >= 1  # no two leaves of one code


def test_a_prefix_is_the_code_of_its_length():
    long = tree_centres(TREE.leaf_ancestors, WEIGHTS, stages(64))
    for bits in (16, 32):
        assert np.array_equal(
            long[:, :bits], tree_centres(TREE.leaf_ancestors, WEIGHTS, stages(bits))
        )


def test_each_length_follows_level_weights_of_its_own():
    by_stage = np.array([[0.6, 0.3, 0.1], [0.1, 0.3, 0.6]])
    centres = tree_centres(TREE.leaf_ancestors, by_stage, [32, 128]).astype(int)
    alone = tree_centres(TREE.leaf_ancestors, by_stage[0], [32])
    assert np.array_equal(centres[:, :32], alone)
    shared = shared_levels(TREE.leaf_ancestors)
    for bits, weights in zip((32, 128), by_stage, strict=True):
        apart = (bits - centres[:, :bits] @ centres[:, :bits].T) / 2
        wanted = bits * (1 - weights[:2].sum()) / 2  # of siblings
        assert apart[shared == 2].mean() == pytest.approx(wanted, rel=0.3)


@settings(max_examples=25, deadline=None)
@given(trees, st.sampled_from([8, 24]))
def test_every_tree_has_centres(tree, bits):
    centres = tree_centres(tree.leaf_ancestors, tree.weights("uniform"), stages(bits))
    assert centres.shape == (len(tree.leaves), bits)
    assert np.abs(centres).min() == 1
    assert stages(bits)[-1] == bits
