from __future__ import annotations

import pytest

from hierhash.errors import TreeError
from hierhash.labels.facets import facet_of, value_tree
from hierhash.labels.tree import LabelTree


def test_rare_values_are_unknown():
    cells = ["Red"] * 3 + ["Blue"] * 2 + ["Teal", ""]
    tree = value_tree(cells, "colour", min_count=2)
    assert tree.leaves == (("Blue",), ("Red",))
    facet = facet_of(cells, tree)
    assert facet.labels.labelled.tolist() == [True] * 5 + [False, False]


def test_a_value_twice_in_a_cell_counts_once():
    with pytest.raises(TreeError, match="1 value with 2 or more training items"):
        value_tree(["Red|Red", "Blue", "Blue"], "colour", min_count=2)


def test_one_value_tells_nothing_apart():
    with pytest.raises(TreeError, match=r"facets\.colour: 1 value with 1 or more training items"):
        value_tree(["Red", ""], "colour")
    with pytest.raises(TreeError, match="no values with 1 or more"):
        value_tree(["", ""], "colour")


def test_of_a_tree_file_inner_nodes_are_values_and_unknown_ones_are_named():
    tree = LabelTree.from_nested({"Blue": ["Navy", "Sky"], "Red": []}, name="colours")
    facet = facet_of(["Navy", "Blue", "Red|Sky"], tree, lambda row: f"shop.csv:{row + 2}")
    assert facet.labels.counts.tolist() == [1, 1, 2]
    # Items that come later may have values that the tree lacks; inner nodes are none of these.
    later = facet_of(["Navy", "Blue", "Red|Sky", "Teal"], tree)
    assert later.labels.counts.tolist() == [1, 1, 2, 0]
    with pytest.raises(TreeError, match=r"shop\.csv:3: label 'Teal' is not in the tree"):
        facet_of(["Navy", "Teal"], tree, lambda row: f"shop.csv:{row + 2}")
