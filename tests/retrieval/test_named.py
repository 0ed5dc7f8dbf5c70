"""Texts that are names of classes are looked up."""

from __future__ import annotations

import numpy as np

from hierhash.labels.tree import LabelTree
from hierhash.retrieval.named import looked_up, named_nodes, named_within
from tests.cli.small_run import hierhash

TREE = LabelTree.from_nested(
    {
        "Wear": [{"name": "Ties", "aliases": ["cravats"]}, {"Ties_and_more": ["Ties", "Bows"]}],
        "Gifts": [{"Sets": ["Small"]}, "Small"],
    },
    name="t",
)


def test_a_name_is_all_leaves_at_or_below_the_nodes_that_are_called_so():
    names = named_nodes(TREE)
    for text, node in (
        ("cravats", ("Wear", "Ties")),
        ("ties and more", ("Wear", "Ties_and_more")),
        ("ties", ("Wear",)),
        ("small", ("Gifts",)),
        ("wear", ("Wear",)),
    ):
        named = names[text]
        called = {
            own
            for own in TREE.nodes
            if own[-1].replace("_", " ").lower() == text or (text == "cravats" and own == node)
        }
        leaves = {
            row
            for row, leaf in enumerate(TREE.leaves)
            if any(leaf[: len(own)] == own for own in called)
        }
        assert named.node == node
        assert set(np.flatnonzero(named.leaves(TREE.leaf_ancestors)).tolist()) == leaves


def test_names_of_unlike_nodes_have_no_node_of_their_own():
    tree = LabelTree.from_nested({"A": ["Other"], "B": ["Other", "C"]}, name="t")
    assert named_nodes(tree)["other"].node == ()


def test_other_texts_keep_their_probabilities():
    chances = np.full((2, len(TREE.leaves)), 1 / len(TREE.leaves))
    found = looked_up(chances, ["red ties", "  CRAVATS "], named_nodes(TREE), TREE.leaf_ancestors)
    assert found[0].tolist() == chances[0].tolist()
    assert found[1, TREE.leaves.index(("Wear", "Ties"))] == 1
    assert found[1].sum() == 1


def test_a_name_is_understood_as_its_node_and_no_deeper(trained, tmp_path):
    (tmp_path / "config.yaml").write_text(
        (trained / "config.yaml").read_text() + "method: expected_tree_codes\n"
    )
    said = hierhash("train", tmp_path / "config.yaml", "--out", tmp_path / "run")
    assert said.code == 0, said.err
    said = hierhash("index", "build", tmp_path / "run", tmp_path / "index")
    assert said.code == 0, said.err
    said = hierhash("search", tmp_path / "index", "--text", "WEAR", "-k", "20")
    understood, *hits = said.out.splitlines()
    assert understood == "understood: Wear (0.99)"
    assert all("exact" in hit and "Wear >" in hit for hit in hits[:5])
    said = hierhash("predict", tmp_path / "run", "--text", "wear")
    assert "answer at a risk of 0.1: Wear\n" in said.out


COLOURS = LabelTree.from_nested(
    {"Blue": ["Navy Blue", "Sky"], "Red": [{"name": "Wine", "aliases": ["dark red"]}]}, name="c"
)


def test_a_part_of_a_text_is_a_name():
    names = named_nodes(COLOURS)
    for text, node in (
        ("a BLUE bird", ("Blue",)),
        ("navy blue-ish hat", None),
        ("hat, navy blue", ("Blue", "Navy Blue")),
        ("dark red dress", ("Red", "Wine")),
        ("blue and red", None),
        ("bluebird", None),
        ("", None),
    ):
        found = named_within(text, names)
        assert (found.node if found else None) == node, text
    chances = np.full((2, 3), 1 / 3)
    within = looked_up(chances, ["red hat", "hat"], names, COLOURS.leaf_ancestors, within=True)
    assert within[0].tolist() == [0, 0, 1]
    assert within[1].tolist() == chances[1].tolist()
    alone = looked_up(chances, ["red hat", "hat"], names, COLOURS.leaf_ancestors)
    assert alone.tolist() == chances.tolist()
