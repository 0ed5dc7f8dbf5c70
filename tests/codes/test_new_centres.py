from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hierhash.codes.new_centres import with_new_centres
from hierhash.codes.tree_centres import stages, tree_centres
from hierhash.testing.strategies import trees
from tests.codes.test_tree_centres import TREE, WEIGHTS
from tests.reference.new_centres import error_of_centre

ANCESTORS = TREE.leaf_ancestors
LEAVES = ANCESTORS.shape[1]


def grown(new, bits=64, order=None):
    """All leaves' centres, those of ``new`` added to a tree without them, and where the old are."""
    old = np.setdiff1d(np.arange(LEAVES), new) if order is None else order
    centres = tree_centres(ANCESTORS[:, old], WEIGHTS, stages(bits))
    place = np.full(LEAVES, -1)
    place[old] = np.arange(len(old))
    return centres, place, with_new_centres(centres, place, ANCESTORS, WEIGHTS, stages(bits))


def test_old_centres_stay_whatever_the_order_of_leaves():
    old = np.random.default_rng(0).permutation(np.setdiff1d(np.arange(LEAVES), [3, 20]))
    centres, place, found = grown([3, 20], order=old)
    assert np.array_equal(found[old], centres[place[old]])
    assert found.dtype == np.int8
    assert set(np.unique(found)) == {-1, 1}


def test_no_single_flip_brings_a_new_centre_nearer_to_the_tree():
    _, _, found = grown([7])
    others = np.delete(np.arange(LEAVES), 7)
    paths, first = ANCESTORS[:, others].T.tolist(), 0
    for length in stages(64):
        centre, rest = found[7, :length].astype(int), found[others, :length].astype(int)
        own = ANCESTORS[:, 7].tolist()
        error = error_of_centre(centre, rest, own, paths, WEIGHTS)
        for bit in range(first, length):
            flipped = centre.copy()
            flipped[bit] *= -1
            assert error_of_centre(flipped, rest, own, paths, WEIGHTS) >= error * (1 - 1e-9)
        first = length


def test_each_length_follows_level_weights_of_its_own():
    old, lengths = np.arange(1, LEAVES), stages(32)
    by_stage = np.array([[0.6, 0.3, 0.1], WEIGHTS])
    centres = tree_centres(ANCESTORS[:, old], by_stage, lengths)
    place = np.arange(-1, LEAVES - 1)
    found = with_new_centres(centres, place, ANCESTORS, by_stage, lengths)
    others, own, first = ANCESTORS[:, old].T.tolist(), ANCESTORS[:, 0].tolist(), 0
    for length, weights in zip(lengths, by_stage, strict=True):
        centre, rest = found[0, :length].astype(int), found[old, :length].astype(int)
        error = error_of_centre(centre, rest, own, others, weights)
        for bit in range(first, length):
            flipped = np.where(np.arange(length) == bit, -centre, centre)
            assert error_of_centre(flipped, rest, own, others, weights) >= error * (1 - 1e-9)
        first = length


@pytest.mark.parametrize("bits", [16, 32, 64])
def test_distances_of_new_centres_follow_the_tree(bits):
    new = [0, 13, 26]
    _, _, found = grown(new, bits)
    apart = (bits - found.astype(int) @ found.T.astype(int)) / 2
    shared = (ANCESTORS[:, :, None] == ANCESTORS[:, None, :]).sum(axis=0)
    for level, likeness in enumerate([0, 0.3, 0.6]):
        wanted = bits * (1 - likeness) / 2
        assert apart[new][shared[new] == level].mean() == pytest.approx(wanted, rel=0.2)
    assert apart[shared < 3].min() >= 1


def test_a_prefix_is_what_an_extension_of_the_prefix_gives():
    centres, place, found = grown([4, 30])
    for bits in (16, 32):
        short = with_new_centres(centres[:, :bits], place, ANCESTORS, WEIGHTS, stages(bits))
        assert np.array_equal(found[:, :bits], short)


def test_a_new_leaf_never_gets_the_centre_of_another_while_one_is_free():
    # Eight bits for 36 leaves: siblings want to lie less than a bit apart.
    _, _, found = grown([5, 6, 7, 8, 17], bits=8)
    taken = [tuple(row) for row in found.tolist()]
    for new in (5, 6, 7, 8, 17):
        assert taken.count(taken[new]) == 1


def test_siblings_that_want_one_centre_get_two():
    # Of weights .99 and .01 siblings want 7.92 of 8 bits in common, and 8 is nearest to that.
    old, tree = np.ones((1, 8), dtype=np.int8), np.array([[0, 0], [0, 1]])
    found = with_new_centres(old, np.array([0, -1]), tree, np.array([0.99, 0.01]), [8])
    assert (found[0] != found[1]).sum() == 1


@settings(max_examples=25, deadline=None)
@given(trees, st.data())
def test_every_tree_can_be_grown(tree, data):
    leaves = len(tree.leaves)
    is_new = np.array(data.draw(st.lists(st.booleans(), min_size=leaves, max_size=leaves)))
    place = np.where(is_new, -1, np.cumsum(~is_new) - 1)
    old = np.ones((int((~is_new).sum()), 24), dtype=np.int8)
    weights = tree.weights("uniform")
    found = with_new_centres(old, place, tree.leaf_ancestors, weights, stages(24))
    assert found.shape == (leaves, 24)
    assert (found[~is_new] == 1).all()
