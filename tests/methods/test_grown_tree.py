from __future__ import annotations

import pytest

from hierhash.errors import TreeError
from hierhash.labels.tree import LabelTree
from hierhash.methods.grown_tree import old_places

OLD = LabelTree.from_nested({"Wear": ["Hats", "Shoes"], "Home": ["Lamps"], "Toys": []}, name="shop")


def test_leaves_are_found_by_their_paths_in_any_order():
    grown = LabelTree.from_nested(
        {"Sport": ["Balls"], "Toys": [], "Home": ["Lamps"], "Wear": ["Shoes", "Caps", "Hats"]}
    )
    assert grown.leaves[0] == ("Sport", "Balls")
    assert old_places(OLD, grown).tolist() == [-1, 3, 2, 1, -1, 0]


@pytest.mark.parametrize(
    ("nested", "said"),
    [
        ({"Wear": ["Hats"], "Home": ["Lamps"], "Toys": [], "New": []}, "'Wear/Shoes' is missing"),
        (
            {"Wear": ["Hats"], "Home": ["Lamps", "Shoes"], "Toys": []},
            "'Wear/Shoes' moved to 'Home/Shoes'",
        ),
        (
            {"Wear": ["Hats", "Shoes"], "Home": ["Lamps"], "Toys": ["Dolls"]},
            "'Toys' is a leaf of the run and has the child 'Toys/Dolls' here",
        ),
        (
            {"Wear": ["Hats", "Shoes", {"name": "Caps", "children": ["Red"]}]},
            "'Home' is missing",
        ),
        (
            {"Wear": ["Hats", "Shoes"], "Home": ["Lamps"], "Toys": [], "A": {"B": ["C"]}},
            "3 levels, and the run's tree has 2",
        ),
        ({"Toys": [], "Home": ["Lamps"], "Wear": ["Hats", "Shoes"]}, "no leaf that the run does"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(nested, said):
    with pytest.raises(TreeError) as refused:
        old_places(OLD, LabelTree.from_nested(nested, name="new"), "new.yaml")
    assert str(refused.value).startswith("new.yaml: ")
    assert said in str(refused.value)
    assert len(refused.value.problems) == 1


def test_a_namesake_that_was_there_before_is_no_move():
    old = LabelTree.from_nested({"A": ["Tops", "x"], "B": ["Tops"]}, name="t")
    grown = LabelTree.from_nested({"A": ["x", "y"], "B": ["Tops"]}, name="t")
    with pytest.raises(TreeError, match="'A/Tops' is missing"):
        old_places(old, grown)
