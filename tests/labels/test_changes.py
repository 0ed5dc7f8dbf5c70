"""What became of every node of a tree in its next version."""

from __future__ import annotations

import csv
import json

import pytest
from hypothesis import given

from hierhash.errors import TreeError
from hierhash.labels.changes import Told, tree_changes
from hierhash.labels.migration import format_migration, read_map
from hierhash.labels.tree import LabelTree
from hierhash.testing.strategies import whole_trees
from tests.cli.small_run import hierhash

OLD = LabelTree.from_nested(
    {
        "Wear": [{"Tops": ["Shirts", "Blouses", "Sweatshirt"]}, "Belts"],
        "Bags": ["Handbags"],
        "Odd": [],
    },
    name="old",
)
NEW = LabelTree.from_nested(
    [
        {
            "name": "Apparel",
            "children": [
                {
                    "name": "Tops",
                    "children": [
                        {"name": "Shirts", "aliases": ["Blouses"], "children": ["Polo", "Dress"]},
                        "Sweatshirts",
                    ],
                }
            ],
        },
        {"name": "Accessories", "children": ["Belts", {"Bags": ["Handbags"]}]},
    ],
    name="new",
)


def kinds(changes):
    return {one.old[-1] if one.old else one.new: (one.kind, one.new, one.look) for one in changes}


def test_every_kind_of_change_is_told():
    found = kinds(tree_changes(OLD, NEW))
    shirts = ("Apparel", "Tops", "Shirts")
    assert found["Wear"] == ("renamed", ("Apparel",), True)
    assert found["Tops"] == ("same", ("Apparel", "Tops"), False)
    assert found["Shirts"] == ("split", shirts, True)
    assert found["Blouses"] == ("split", shirts, True)
    assert found["Sweatshirt"] == ("renamed", ("Apparel", "Tops", "Sweatshirts"), True)
    assert found["Belts"] == ("moved", ("Accessories", "Belts"), True)
    assert found["Bags"] == ("moved", ("Accessories", "Bags"), True)
    assert found["Handbags"] == ("same", ("Accessories", "Bags", "Handbags"), False)
    assert found["Odd"] == ("dropped", (), True)
    assert found[("Accessories",)][0] == "new"
    assert found[(*shirts, "Polo")][0] == "new"


def test_ids_say_what_a_name_does_not():
    old = LabelTree.from_nested(
        {"A": [{"name": "Mice", "id": "1"}, {"name": "Rats", "id": "2"}]}, name="t"
    )
    new = LabelTree.from_nested(
        {"A": [{"name": "Rats", "id": "1"}, {"name": "Pets", "id": "2"}]}, name="t"
    )
    found = kinds(tree_changes(old, new))
    assert found["Mice"] == ("renamed", ("A", "Rats"), False)
    assert found["Rats"] == ("renamed", ("A", "Pets"), False)
    gone = LabelTree.from_nested({"A": [{"name": "Rats", "id": "7"}]}, name="t")
    assert kinds(tree_changes(old, gone))["Rats"] == ("dropped", ("A",), True)


def test_merged_leaves_are_told_apart_from_renamed_ones():
    old = LabelTree.from_nested({"A": ["Tees", "Tops"]}, name="t")
    new = LabelTree.from_nested({"A": [{"name": "Tops", "aliases": ["Tees"]}]}, name="t")
    found = kinds(tree_changes(old, new))
    assert found["Tees"] == found["Tops"] == ("merged", ("A", "Tops"), False)


@given(tree=whole_trees())
def test_nothing_changes_between_equal_trees(tree):
    assert {one.kind for one in tree_changes(tree, tree)} == {"same"}


def test_a_migration_is_written_edited_and_read_again(tmp_path):
    OLD.to_yaml(tmp_path / "old.yaml")
    NEW.to_yaml(tmp_path / "new.yaml")
    trees = (tmp_path / "old.yaml", tmp_path / "new.yaml")
    said = hierhash("tree", "migrate", *trees, tmp_path / "m.csv")
    assert said.code == 0, said.err
    assert "9 nodes, 7 to look at" in said.out
    with (tmp_path / "m.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    [odd] = [row for row in rows if row["old"] == "Odd"]
    assert (odd["new"], odd["kind"], odd["look"]) == ("", "dropped", "yes")
    (tmp_path / "mine.csv").write_text("old,new\nOdd,Accessories\n")
    said = hierhash("tree", "diff", *trees, "--map", tmp_path / "mine.csv", "--json")
    told = {tuple(one["old"]): one for one in json.loads(said.out) if one["old"]}
    assert told["Odd",]["new"] == ["Accessories"]
    assert not told["Odd",]["look"]
    said = hierhash("tree", "diff", *trees)
    assert "moved:\n  Wear/Belts -> Accessories/Belts  (look)\n" in said.out
    assert "Odd; its items go to no label  (look)" in said.out
    assert read_map(tmp_path / "m.csv", OLD, NEW)["Bags",] == Told(
        ("Accessories", "Bags"), look=True
    )


def test_a_map_of_nodes_that_are_not_there_is_refused_with_its_lines(tmp_path):
    (tmp_path / "m.csv").write_text("old,new\nBelts,Nowhere\nHats,Belts\n")
    with pytest.raises(TreeError) as caught:
        read_map(tmp_path / "m.csv", OLD, NEW)
    assert "m.csv:2: label 'Nowhere'" in str(caught.value)
    assert "m.csv:3: label 'Hats'" in str(caught.value)
    (tmp_path / "m.csv").write_text("from,to\n")
    with pytest.raises(TreeError, match="no column 'old'"):
        read_map(tmp_path / "m.csv", OLD, NEW)


def test_a_written_migration_holds_one_row_a_node():
    changes = [one for one in tree_changes(OLD, NEW) if one.old]
    assert len(format_migration(changes).splitlines()) == 1 + len(OLD)


def test_a_migration_that_is_given_back_says_the_same(tmp_path):
    first = [one for one in tree_changes(OLD, NEW) if one.old]
    (tmp_path / "m.csv").write_text(format_migration(first))
    told = read_map(tmp_path / "m.csv", OLD, NEW)
    assert [one for one in tree_changes(OLD, NEW, told) if one.old] == first


def test_a_node_told_to_be_gone_is_gone(tmp_path):
    (tmp_path / "m.csv").write_text("old,new,kind\nWear/Belts,Apparel,dropped\nBags,,dropped\n")
    found = kinds(tree_changes(OLD, NEW, read_map(tmp_path / "m.csv", OLD, NEW)))
    assert found["Belts"] == ("dropped", ("Apparel",), False)
    assert found["Bags"] == ("dropped", (), False)
    (tmp_path / "m.csv").write_text("old,new\nBags,Belts\nBags,Apparel\n")
    with pytest.raises(TreeError, match=r"m\.csv:3: 'Bags' stands twice"):
        read_map(tmp_path / "m.csv", OLD, NEW)


def test_a_class_below_two_parents_stays_at_both():
    shoe = {"name": "Shoe", "id": "s"}
    tree = LabelTree.from_nested({"A": [shoe], "B": [shoe, {"name": "Cap", "id": "c"}]}, name="t")
    assert {one.kind for one in tree_changes(tree, tree)} == {"same"}
    later = LabelTree.from_nested({"A": [shoe], "C": [shoe, {"name": "Cap", "id": "c"}]}, name="t")
    changes = {one.old: one.new for one in tree_changes(tree, later) if one.old}
    assert changes["B",] == ("C",)
    assert changes["A", "Shoe"] == ("A", "Shoe")
    assert changes["B", "Shoe"] == ("C", "Shoe")


def test_what_only_shares_a_name_is_looked_at_and_ids_or_paths_are_no_names():
    old = LabelTree.from_nested(
        {"Men": ["Hats", "173"], "Women": ["Hats", "Audio/Video"]}, name="t"
    )
    new = LabelTree.from_nested(
        {"Hats": [], "Audio": ["Video"], "Men": [{"name": "Boots", "id": "173"}], "Women": []},
        name="t",
    )
    found = {one.old: (one.kind, one.new, one.look) for one in tree_changes(old, new) if one.old}
    assert found["Men", "Hats"] == found["Women", "Hats"] == ("merged", ("Hats",), True)
    assert found["Men", "173"] == ("dropped", ("Men",), True)
    assert found["Women", "Audio/Video"] == ("dropped", ("Women",), True)


def test_a_node_whose_parent_is_gone_has_moved():
    old = LabelTree.from_nested({"Gone": ["x"], "Stays": ["y"]}, name="t")
    new = LabelTree.from_nested({"x": [], "Stays": ["y"]}, name="t")
    found = kinds(tree_changes(old, new))
    assert found["x"] == ("moved", ("x",), True)


def test_thousands_of_unlike_names_take_no_time():
    old, new = (
        LabelTree.from_nested({f"{a}{i}": [f"{b}{i}x{j}" for j in range(20)] for i in range(300)})
        for a, b in ("ab", "qr")
    )
    assert len(tree_changes(old, new)) >= len(old)
