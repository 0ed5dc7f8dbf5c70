from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given

from hierhash.errors import TreeError
from hierhash.labels import ItemLabels, LabelTree, parse_path
from hierhash.testing.strategies import Case, cases, trees

DATA = Path(__file__).parent / "data"
RAGGED = {"Belts": ["Belts"], "Bags": {"Soft": ["Tote", "Clutch"], "Hard": []}, "Toys": []}


@given(trees)
def test_structure(tree: LabelTree):
    assert nx.is_arborescence(tree.graph)
    assert tree.nodes_at(tree.depth) == tree.leaves
    assert set(tree.leaves) == {node for node in tree.nodes if not tree.children(node)}
    for level in range(1, tree.depth + 1):
        classes = tree.nodes_at(level)
        order = [tree.nodes.index(path) for path in classes]
        assert order == sorted(order)
        for path in classes:
            assert len(path) == level or (len(path) < level and path in tree.leaves)
        for code, path in enumerate(classes):
            assert tree.path_of(level, code) == path
            assert tree.ancestor_codes(path)[level - 1] == code
        if level > 1:
            for path, parent in zip(classes, tree.parents(level), strict=True):
                above = tree.path_of(level - 1, int(parent))
                assert above == (path[:-1] if len(path) == level else path)


@given(trees)
def test_codes_of_every_node(tree: LabelTree):
    for node in tree.nodes:
        codes = tree.ancestor_codes(node)
        assert codes.dtype == np.int32
        for level in range(1, tree.depth + 1):
            code = int(codes[level - 1])
            if level <= len(node):
                assert tree.path_of(level, code) == node[:level]
            elif node in tree.leaves:
                assert tree.path_of(level, code) == node
            else:
                assert code == -1
    assert (tree.ancestor_codes(()) == -1).all()


def test_ragged_depth_single_children_and_equal_names():
    tree = LabelTree.from_nested(RAGGED, name="shop")
    assert [len(tree.nodes_at(level)) for level in (1, 2, 3)] == [3, 4, 5]
    assert tree.leaves[0] == ("Belts", "Belts")
    assert tree.ancestor_codes(("Bags", "Hard")).tolist() == [1, 2, 3]
    assert tree.ancestor_codes(("Bags",)).tolist() == [1, -1, -1]
    assert len(tree) == 8
    assert repr(tree) == "LabelTree('shop', 3 > 4 > 5)"


def test_wrong_levels_and_nodes():
    tree = LabelTree.from_nested(RAGGED)
    with pytest.raises(ValueError, match=r"level 4 is not in 1\.\.3"):
        tree.nodes_at(4)
    with pytest.raises(ValueError, match="level 1 has no parents"):
        tree.parents(1)
    with pytest.raises(IndexError):
        tree.path_of(1, -1)
    with pytest.raises(TreeError, match="'Hats' is not a node"):
        tree.ancestor_codes(("Hats",))


def test_sha256_is_of_names_structure_and_order_alone():
    base = LabelTree.from_nested({"A": ["b", "c"]}, name="one")
    assert (
        base.sha256
        == LabelTree.from_nested({"A": ["b", "c"]}, name="two", levels=["x", "y"]).sha256
    )
    assert base.sha256 != LabelTree.from_nested({"A": ["c", "b"]}).sha256
    assert base.sha256 != LabelTree.from_nested({"A": {"b": ["c"]}}).sha256
    assert base.sha256 != LabelTree.from_nested(["A/b", "A/c"]).sha256


@pytest.mark.parametrize(
    ("label", "path"),
    [
        ("Bags/Soft/Tote", ("Bags", "Soft", "Tote")),
        (("Bags", "Soft"), ("Bags", "Soft")),
        ("Tote", ("Bags", "Soft", "Tote")),
        (" tote bag ", ("Bags", "Soft", "Tote")),
        ("Bags/Soft/tote bag", ("Bags", "Soft", "Tote")),
        ("Belts", ("Belts",)),
        ("Belts/Belts", ("Belts", "Belts")),
        ("T/S", ("T/S",)),
        (r"T\/S", ("T/S",)),
        (unicodedata.normalize("NFD", "Café"), ("Café",)),
    ],
)
def test_resolve(label, path):
    soft = [{"name": "Tote", "aliases": ["tote bag"]}, "Clutch"]
    nested = {"Belts": ["Belts"], "Bags": {"Soft": soft, "Hard": []}, "T/S": [], "Café": []}
    assert LabelTree.from_nested(nested).resolve(label) == path


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("Totes", "label 'Totes' is not in the tree; did you mean 'Tote'"),
        ("Bags/Soft/Tot", "did you mean 'Bags/Soft/Tote'"),
        (("Bags", "Tote"), "label 'Bags/Tote' is not in the tree"),
        ("x", "label 'x' names 'P/x', 'Q/x'; write the full path"),
        ("", "empty"),
        ("  ", "empty"),
        ((), "empty"),
    ],
)
def test_labels_that_name_no_node(label, message):
    tree = LabelTree.from_nested({**RAGGED, "P": ["x"], "Q": ["x"]})
    with pytest.raises(TreeError, match=message):
        tree.resolve(label)


@given(cases())
def test_encode_keeps_the_most_specific_nodes(case: Case):
    labels = case.labels
    assert (labels.n, labels.depth) == (len(case.items), case.tree.depth)
    for i, item in enumerate(case.items):
        own = {p for p in item if not any(q[: len(p)] == p and q != p for q in item)}
        rows = labels.codes[labels.offsets[i] : labels.offsets[i + 1]].tolist()
        assert sorted(rows) == sorted(case.tree.ancestor_codes(p).tolist() for p in own)
    assert labels.labelled.tolist() == [bool(item) for item in case.items]
    order = np.arange(labels.n)[::-1]
    again = labels.subset(order).subset(order)
    np.testing.assert_array_equal(again.codes, labels.codes)
    np.testing.assert_array_equal(again.offsets, labels.offsets)


def test_all_bad_labels_are_reported_at_once():
    tree = LabelTree.from_nested(RAGGED)
    rows = [["Tote"], ["Totes"], ["Hats", "Totes"], ["Belts"]]
    with pytest.raises(TreeError) as caught:
        tree.encode(rows, where=lambda i: f"items.csv:{i + 2}")
    assert caught.value.problems == [
        "items.csv:3: label 'Totes' is not in the tree; did you mean 'Tote'? (2 items in all)",
        "items.csv:4: label 'Hats' is not in the tree; add it to the tree or correct it",
    ]
    with pytest.raises(TreeError) as caught:
        tree.encode([[f"label {i}"] for i in range(1000)])
    assert len(caught.value.problems) == 201
    assert caught.value.problems[-1].startswith("... and 800 more")
    with pytest.raises(TypeError, match="sequence of labels"):
        tree.encode(["Tote"])


def test_codes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="offsets must rise"):
        ItemLabels(np.zeros((2, 1), dtype=np.int32), np.array([0, 1]))
    with pytest.raises(ValueError, match="codes must be"):
        ItemLabels(np.zeros(2, dtype=np.int32), np.array([0, 2]))
    several = ItemLabels(np.zeros((2, 1), dtype=np.int32), np.array([0, 2]))
    with pytest.raises(ValueError, match="several paths"):
        _ = several.single_codes


def test_a_chinese_tree_with_titles():
    tree = LabelTree.from_yaml(DATA / "chinese.yaml")
    with (DATA / "chinese_items.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = tree.encode([[row["标签"]] for row in rows])
    assert labels.single_codes.tolist() == [
        [0, 0, 0],
        [0, 0, 1],
        [0, 0, 2],
        [0, 1, 3],
        [1, 2, 5],
        [1, 3, 6],
        [2, 4, 7],
    ]
    with pytest.raises(TreeError, match="did you mean '高跟鞋'"):
        tree.resolve("高跟")


def test_from_paths_merges_repeats_and_lists_bad_paths():
    tree = LabelTree.from_paths([("A", "b"), "A/b", ("A",), r"C\/D"], name="t")
    assert tree.leaves == (("A", "b"), ("C/D",))
    with pytest.raises(TreeError) as caught:
        LabelTree.from_paths(["A//b", (), ("x", " ")])
    assert len(caught.value.problems) == 3
    assert parse_path("A//b") == ("A", "", "b")
