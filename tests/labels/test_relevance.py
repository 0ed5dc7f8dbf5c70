from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hierhash.labels import ItemLabels, LabelTree, relevance_levels
from hierhash.testing.strategies import Case, cases
from tests.reference import similarity as slow


@given(st.one_of(cases(), cases(paths_per_item=1)))
def test_relevance_is_the_deepest_common_ancestor_over_pairs_of_paths(case: Case):
    query, database = case.items[: len(case.items) // 2 + 1], case.items
    found = relevance_levels(case.tree.encode(query), case.labels)
    assert found.dtype == np.int8
    expected = slow.relevance(query, database, case.tree.depth, case.childless)
    np.testing.assert_array_equal(found, expected)


@given(cases())
def test_rows_choose_queries(case: Case):
    whole = relevance_levels(case.labels, case.labels)
    np.testing.assert_array_equal(
        relevance_levels(case.labels, case.labels, slice(1, 3)), whole[1:3]
    )
    rows = np.array([0, 0, len(case.items) - 1])
    np.testing.assert_array_equal(relevance_levels(case.labels, case.labels, rows), whole[rows])
    nothing = relevance_levels(case.labels, case.labels, slice(0, 0))
    assert nothing.shape == (0, len(case.items))


def test_an_item_on_an_inner_node_agrees_down_to_that_node():
    tree = LabelTree.from_nested({"A": ["a", "b"], "B": ["c"]}, name="t")
    labels = tree.encode([["A"], ["A"], ["a"], []])
    assert relevance_levels(labels, labels).tolist() == [
        [1, 1, 1, 0],
        [1, 1, 1, 0],
        [1, 1, 2, 0],
        [0, 0, 0, 0],
    ]
    assert labels.leaf_known.tolist() == [False, False, True, False]


def test_a_shallow_leaf_agrees_with_itself_down_to_the_last_level():
    tree = LabelTree.from_nested({"A": {"a": ["x"]}, "B": []}, name="t")
    labels = tree.encode([["B"], ["x"]])
    assert relevance_levels(labels, labels).tolist() == [[3, 0], [0, 3]]


def test_trees_of_different_depth_do_not_compare():
    one = ItemLabels(np.zeros((1, 1), dtype=np.int32), np.array([0, 1]))
    two = ItemLabels(np.zeros((1, 2), dtype=np.int32), np.array([0, 1]))
    with pytest.raises(ValueError, match="1 levels, database 2"):
        relevance_levels(one, two)
