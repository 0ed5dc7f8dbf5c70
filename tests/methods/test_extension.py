"""New leaves leave all that was learnt bit for bit, and codes change to the new leaf's alone."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from hierhash.errors import DataError, RunError
from hierhash.labels.tree import LabelTree
from hierhash.methods.expected_tree_codes import PRESET, ExpectedTreeCodes
from hierhash.testing.small_problem import small_items, small_problem
from hierhash.training.fit import Watch

SETTINGS = replace(
    PRESET.settings,
    image=replace(PRESET.settings.image, hidden=64),
    text=replace(PRESET.settings.text, hidden=64),
    training=replace(PRESET.settings.training, epochs=15),
)
OLD = LabelTree.from_nested({"A": {"a": ["a1"], "b": ["b1"]}, "C": ["c1"]}, name="old")
# The new leaf first, in another order, so that every old leaf has another number.
ONE = LabelTree.from_nested({"C": ["c1"], "A": {"a": ["a2", "a1"], "b": ["b1"]}}, name="one")
NEW = ONE.leaves.index(("A", "a", "a2"))
OLD_ROWS = [ONE.leaves.index(leaf) for leaf in OLD.leaves]
PLACES = {
    "under an inner node": {"A": {"a": ["a1", "a2"], "b": ["b1"]}, "C": ["c1"]},
    "under a new inner node": {"A": {"a": ["a1"], "n": ["a2"], "b": ["b1"]}, "C": ["c1"]},
    "as a top node": {"a2": [], "A": {"a": ["a1"], "b": ["b1"]}, "C": ["c1"]},
}


def fitted(bits=64):
    items = small_items(120, OLD)
    method = ExpectedTreeCodes(SETTINGS, small_problem(items, OLD, bits))
    method.fit(items, Watch())
    method.calibrate(small_items(60, OLD, seed=1))
    return method


@pytest.fixture(scope="module")
def method():
    return fitted()


@pytest.fixture(scope="module")
def grown(method):
    return method.extend(ONE, small_items(80, ONE, seed=2))


def bits_of(method, rows):
    return np.unpackbits(method.encode(rows, "query").codes, axis=1)


def test_all_that_was_learnt_stays_bit_for_bit(method, grown):
    before, after = method.state(), grown.state()
    assert set(before) == set(after)
    for name in ("head.leaves.weight", "head.leaves.bias", "centres", "gains"):
        assert np.array_equal(before[name], after[name][OLD_ROWS]), name
        assert after[name].dtype == before[name].dtype
    for name in ("class_means", "class_items"):
        assert np.array_equal(before[name], after[name][:, OLD_ROWS]), name
    for name in set(before) - {"centres", "gains", "class_means", "class_items"}:
        if not name.startswith("head."):
            assert np.array_equal(before[name], after[name]), name
    assert np.array_equal(after["head.ancestors"], ONE.leaf_ancestors)
    assert method.meta() == grown.meta()


def test_every_bit_that_changes_becomes_that_of_the_new_leaf(method, grown):
    items = small_items(200, ONE, seed=3)
    new = items.labels.single_codes[:, -1] == NEW
    for modality, rows in items.rows.items():
        first, second = bits_of(method, {modality: rows}), bits_of(grown, {modality: rows})
        changed = first != second
        theirs = np.broadcast_to(grown.centres[NEW] > 0, changed.shape)
        assert np.array_equal(second[changed], theirs[changed])
        assert changed[new].mean() > 5 * changed[~new].mean()
        # What is nowhere near the new leaf has the code that old indexes hold.
        chance = grown.classify({modality: rows})[-1][:, NEW]
        assert changed[chance < 0.01].mean() < 0.01
        # The bits are decided by p(new) against what the old leaves say, and by nothing else.
        last = grown.classify({modality: rows})[-1].astype(np.float64)
        signed = grown.gains * grown.centres
        of_old = np.abs(last[:, OLD_ROWS] @ signed[OLD_ROWS])
        outweighs = last[:, [NEW]] * grown.gains[NEW] > of_old * (1 - 1e-4)
        assert not (changed & ~outweighs).any()


@pytest.mark.parametrize("place", PLACES)
def test_items_of_a_new_leaf_are_known_wherever_it_stands(method, place):
    tree = LabelTree.from_nested(PLACES[place], name="grown")
    longer = method.extend(tree, small_items(40, tree, seed=2))
    items = small_items(120, tree, seed=4)
    leaves = items.labels.single_codes[:, -1]
    new = [leaf[-1] for leaf in tree.leaves].index("a2")
    for modality, rows in items.rows.items():
        levels = longer.classify({modality: rows})
        picked = levels[-1].argmax(axis=1)
        assert ((picked == new) == (leaves == new)).mean() > 0.9
        for number, level in enumerate(levels, start=1):
            assert level.shape[1] == len(tree.nodes_at(number))


def test_a_prefix_of_an_extension_is_the_extension_of_a_prefix(method, grown):
    items, few = small_items(50, ONE, seed=3), small_items(80, ONE, seed=2)
    for bits in (16, 32):
        one, other = grown.prefix(bits), method.prefix(bits).extend(ONE, few)
        for rows in ({"text": items.rows["text"]}, dict(items.rows)):
            assert np.array_equal(bits_of(one, rows), bits_of(other, rows))
            assert np.array_equal(bits_of(one, rows), bits_of(grown, rows)[:, :bits])


def test_an_extension_can_be_saved_and_extended_again(grown):
    more = LabelTree.from_nested(
        {"C": ["c1", "c2"], "A": {"a": ["a2", "a1"], "b": ["b1"]}}, name="more"
    )
    again = ExpectedTreeCodes(SETTINGS, grown.problem)
    again.load(grown.state(), json.loads(json.dumps(grown.meta())))
    longer = again.extend(more, small_items(60, more, seed=5))
    assert np.array_equal(longer.gains[2:], grown.gains[1:])
    assert not np.array_equal(longer.gains[1], grown.gains[NEW])
    rows = {"image": small_items(30, more, seed=6).rows["image"]}
    picked = longer.classify(rows)[-1].argmax(axis=1)
    assert (picked == np.arange(30) % 5).mean() > 0.9


def test_one_modality_is_enough(method):
    items = small_items(80, ONE, seed=2)
    nobody = {"image": items.has["image"], "text": np.zeros(80, dtype=bool)}
    longer = method.extend(ONE, replace(items, has=nobody))
    assert longer.class_means.items[:, NEW].tolist() == [20, 0]
    items = small_items(80, ONE, seed=7)
    picked = longer.classify({"image": items.rows["image"]})[-1].argmax(axis=1) == NEW
    assert (picked == (items.labels.single_codes[:, -1] == NEW)).mean() > 0.9


def test_a_leaf_without_items_and_a_run_without_means_are_refused(method):
    with pytest.raises(DataError, match="no item that can be read is labelled 'A/a/a2'"):
        method.extend(ONE, small_items(20, ONE, labels=[["a1"]] * 20))
    state, meta = method.state(), method.meta()
    del state["class_means"], state["class_items"], meta["level_weights"]
    early = ExpectedTreeCodes(SETTINGS, method.problem)
    early.load(state, meta)
    rows = {"text": small_items(9).rows["text"]}
    assert np.array_equal(bits_of(early, rows), bits_of(method, rows))
    with pytest.raises(RunError, match="an earlier version, which kept no class means"):
        early.extend(ONE, small_items(20, ONE))
