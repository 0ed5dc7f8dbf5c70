"""Items are filed in a later tree without being encoded again."""

from __future__ import annotations

import csv
import json
import shutil

import pytest

from hierhash.errors import RunError
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.load_index import load_index
from hierhash.retrieval.relabel import relabel
from tests.cli.small_run import hierhash

# The shop's tree is Wear > Hats, Shoes and Home > Beds, Lamps.
NEW = LabelTree.from_nested(
    {
        "Apparel": [
            {"name": "Headwear", "aliases": ["Hats"], "children": ["Caps", "Berets"]},
            {"Footwear": ["Shoes"]},
        ],
        "Home": ["Lamps"],
    },
    name="new",
)


@pytest.fixture
def index(trained, tmp_path):
    NEW.to_yaml(tmp_path / "new.yaml")
    return shutil.copytree(trained / "index", tmp_path / "index")


def paths_of(index):
    return {own: index.item(row)["paths"] for row, own in enumerate(index.ids)}


def test_paths_follow_the_tree_and_codes_stay(index):
    first = load_index(index)
    old = paths_of(first)
    result = relabel(index, NEW)
    found = load_index(index)
    assert (found.codes == first.codes).all()
    goes = {
        ("Wear", "Hats"): [["Apparel", "Headwear"]],
        ("Wear", "Shoes"): [["Apparel", "Footwear", "Shoes"]],
        ("Home", "Lamps"): [["Home", "Lamps"]],
        ("Home", "Beds"): [["Home"]],
    }
    for own, paths in paths_of(found).items():
        assert paths == goes[tuple(old[own][0])]
    told = {change.old: (change.kind, ids) for change, ids in result.look}
    assert set(told) == {("Wear", "Hats"), ("Wear", "Shoes"), ("Home", "Beds")}
    assert told["Wear", "Hats"][0] == "split"
    assert told["Home", "Beds"] == (
        "dropped",
        [own for own, paths in old.items() if paths[0] == ["Home", "Beds"]],
    )
    assert result.items == sum(paths[0] != ["Home", "Lamps"] for paths in old.values())
    rows = found.rows_under(1, int(NEW.ancestor_codes(("Apparel",))[0]))
    assert {old[found.ids[row]][0][0] for row in rows} == {"Wear"}


def test_a_search_understands_in_the_new_tree(index, tmp_path):
    said = hierhash("index", "relabel", index, tmp_path / "new.yaml", "--look", tmp_path / "l.csv")
    assert said.code == 0, said.err
    assert "must be looked at\n" in said.out
    assert "Wear/Hats -> Apparel/Headwear (split): " in said.out
    with (tmp_path / "l.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert {row["kind"] for row in rows} == {"split", "dropped", "moved"}
    said = hierhash("search", index, "--text", "shoes", "-k", "3", "--under", "Footwear")
    understood, *hits = said.out.splitlines()
    assert understood.startswith("understood: Apparel > Footwear > Shoes (")
    assert all("exact" in hit and "Apparel > Footwear > Shoes" in hit for hit in hits)
    assert hierhash("search", index, "--text", "shoes", "--under", "Wear").code == 2
    assert hierhash("verify", index).code == 0


def test_names_of_the_new_tree_are_looked_up(index, tmp_path):
    relabel(index, NEW)
    for text, node in (
        ("Apparel", "Apparel"),
        ("headwear", "Apparel > Headwear"),
        ("Hats", "Apparel > Headwear"),
        ("footwear", "Apparel > Footwear"),
    ):
        said = hierhash("search", index, "--text", text, "-k", "3")
        assert said.code == 0, said.err
        understood, *hits = said.out.splitlines()
        assert understood == f"understood: {node} (0.99)"
        assert all("exact" in hit for hit in hits)


def test_new_items_are_filed_in_the_new_tree(index, trained, tmp_path):
    relabel(index, NEW)
    new = tmp_path / "n.jsonl"
    rows = [
        {"id": "n1", "text": "hats number1", "labels": ["Caps"]},
        {"id": "n2", "text": "hats number1", "labels": ["Wear/Shoes"]},
    ]
    new.write_text("".join(json.dumps(row) + "\n" for row in rows))
    said = hierhash("index", "add", index, new)
    assert said.code == 0, said.err
    assert "label 'Wear/Shoes' is not in the tree" in said.err
    found = load_index(index)
    assert paths_of(found)["n1"] == [["Apparel", "Headwear", "Caps"]]


def test_a_tree_can_change_again_and_by_a_map(index, tmp_path):
    relabel(index, NEW)
    before = paths_of(load_index(index))
    newer = LabelTree.from_nested({"Things": ["Beds", "Shoes", "Lamps", "Hats"]}, name="newer")
    newer.to_yaml(tmp_path / "newer.yaml")
    (tmp_path / "m.csv").write_text("old,new\nApparel/Headwear,Things/Hats\nHome,Things\n")
    words = (tmp_path / "newer.yaml", "--map", tmp_path / "m.csv")
    said = hierhash("index", "relabel", index, *words)
    assert said.code == 0, said.err
    found = load_index(index)
    hats = [own for own, paths in before.items() if paths == [["Apparel", "Headwear"]]]
    assert all(paths_of(found)[own] == [["Things", "Hats"]] for own in hats)
    assert found.moved["Wear", "Hats"] == ("Things", "Hats")
    assert found.moved["Wear", "Shoes"] == ("Things", "Shoes")


def test_a_damaged_tree_is_refused(index):
    relabel(index, NEW)
    for name in ("tree.yaml", "moved.json"):
        whole = (index / name).read_bytes()
        (index / name).write_bytes(whole[:-3])
        with pytest.raises(RunError, match="damaged"):
            load_index(index)
        (index / name).write_bytes(whole)
    load_index(index)


def test_a_tree_without_most_of_the_nodes_needs_force(index, tmp_path):
    before = paths_of(load_index(index))
    other = LabelTree.from_nested({"Food": ["Fruit"], "Home": ["Lamps"]}, name="other")
    other.to_yaml(tmp_path / "other.yaml")
    said = hierhash("index", "relabel", index, tmp_path / "other.yaml")
    assert said.code == 2
    assert "items are not in this tree; is it the right one?" in said.err
    assert paths_of(load_index(index)) == before
    said = hierhash("index", "relabel", index, tmp_path / "other.yaml", "--force")
    assert said.code == 0, said.err


def test_a_migration_is_no_tree(index, tmp_path):
    (tmp_path / "m.csv").write_text("old,new,kind,look\nWear,Apparel,renamed,\n")
    said = hierhash("index", "relabel", index, tmp_path / "m.csv")
    assert said.code == 2
    assert "m.csv:1: a migration from one tree to another, and no tree" in said.err
