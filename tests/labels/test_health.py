"""What of a tree makes trouble."""

from __future__ import annotations

import json

from hierhash.labels.health import tree_health
from hierhash.labels.tree import LabelTree
from tests.cli.small_run import hierhash

TREE = LabelTree.from_nested(
    {
        "Wear": ["T-Shirts", "t shirt", "Hats", "Bracelets", "Braceletts"],
        "Toys": [{"Dolls": ["Cloth dolls"]}],
        "Screens": ["40 inch screens", "55 inch screens"],
        "More": ["Hats"],
    },
    name="t",
)


def test_twins_chains_and_slant_are_found():
    found = tree_health(TREE)
    assert {(one[-1], other[-1]): why for one, other, why in found.twins} == {
        ("T-Shirts", "t shirt"): "differ in case, number or punctuation",
        ("Bracelets", "Braceletts"): "differ in a letter or two",
        ("Hats", "Hats"): "same name in two places: a label must be a whole path or an id",
    }
    assert found.singletons == [("Toys",), ("Toys", "Dolls"), ("More",)]
    assert found.depths == {2: 8, 3: 1}
    assert found.largest == (("Wear",), 5 / 9)
    assert 0 < found.balance < 1
    assert not found.empty


def test_leaves_without_items_are_told():
    labels = TREE.encode([["T-Shirts"], ["T-Shirts"], ["Toys/Dolls/Cloth dolls"], ["Wear"], []])
    found = tree_health(TREE, labels)
    assert len(found.empty) == 7
    assert found.items[0] == 2
    assert ("Wear", "Hats") in found.empty


def test_the_command_tells_people_and_machines(tmp_path):
    TREE.to_yaml(tmp_path / "t.yaml")
    said = hierhash("tree", "health", tmp_path / "t.yaml")
    assert said.code == 0, said.err
    assert "3 have a single child" in said.out
    assert "Wear/T-Shirts and t shirt: differ in case" in said.out
    assert "Wear/Hats and More/Hats: same name" in said.out
    assert "no item" not in said.out
    told = json.loads(hierhash("tree", "health", tmp_path / "t.yaml", "--json").out)
    assert told["singletons"][0] == ["Toys"]
    said = hierhash("tree", "health", "sample", "--source", "sample")
    assert "0 leaves have no item" in said.out
    assert "items a leaf: 1 to" in said.out
