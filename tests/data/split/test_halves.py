"""Validation comes in two halves that share no group and are alike in their leaves."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hierhash.data.catalogue import Catalogue
from hierhash.data.split.standard import halve, make_split
from hierhash.data.split.unseen_leaves import make_unseen_leaves_split
from hierhash.data.synthetic import read_synthetic
from hierhash.labels import LabelTree

TREE = LabelTree.from_nested({"A": ["a", "b"], "B": ["c", "d"]}, name="t")
Items = list[tuple[int, int]]
items = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 25)), min_size=20, max_size=90)


@settings(deadline=None)
@given(items, st.integers(0, 3))
def test_parts_and_halves_are_disjoint_whole_groups(found: Items, seed: int) -> None:
    labels = [("abcd"[leaf],) for leaf, _ in found]
    groups = np.array([group for _, group in found])
    shop = Catalogue(
        "t",
        [str(row) for row in range(len(found))],
        [None] * len(found),
        ["t"] * len(found),
        labels,
    )
    encoded = TREE.encode(labels)
    split = make_split(shop, encoded, {"train": 0.4, "validation": 0.3}, seed, groups)
    pieces = [split.train, split.tune, split.calibrate, split.query, split.database_only]
    assert sorted(np.concatenate(pieces).tolist()) == list(range(len(found)))
    owners = [set(groups[piece].tolist()) for piece in pieces]
    assert sum(map(len, owners)) == len(set.union(*owners)), "a group lies in two pieces"
    assert split.validation.tolist() == sorted([*split.tune, *split.calibrate])
    whole = np.unique(groups[split.validation], return_counts=True)[1]
    if len(whole) > 1:
        assert min(len(split.tune), len(split.calibrate)) > 0
        assert abs(len(split.tune) - len(split.calibrate)) <= max(4, 2 * whole.max())
    again = make_split(shop, encoded, {"train": 0.4, "validation": 0.3}, seed, groups)
    assert (again.tune == split.tune).all()


@given(st.lists(st.integers(0, 5), min_size=1, max_size=80), st.integers(0, 5))
def test_single_items_are_halved_leaf_by_leaf(leaves: list[int], seed: int) -> None:
    strata = np.array(leaves)
    tune, calibrate = halve(np.arange(len(leaves)), strata, np.arange(len(leaves)), seed)
    assert abs(len(tune) - len(calibrate)) <= 1
    for leaf in set(leaves):
        assert abs((strata[tune] == leaf).sum() - (strata[calibrate] == leaf).sum()) <= 1


def test_the_halves_have_a_draw_of_their_own() -> None:
    rows, strata = np.arange(40), np.zeros(40, np.int64)
    drawn = {tuple(halve(rows, strata, rows, seed)[0].tolist()) for seed in range(5)}
    assert len(drawn) == 5


def test_both_protocols_halve() -> None:
    catalogue = read_synthetic(n=3000, branching=(4, 3, 4))
    assert catalogue.tree is not None
    labels = catalogue.tree.encode(catalogue.labels)
    for split in (
        make_split(catalogue, labels),
        make_unseen_leaves_split(catalogue, labels, catalogue.tree),
    ):
        assert len(split.validation) > 100
        assert not set(split.tune) & set(split.calibrate)
        assert abs(len(split.tune) - len(split.calibrate)) <= 1
