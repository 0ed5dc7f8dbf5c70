"""Every written form reads back as an equal tree, and unequal trees are told apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hierhash.labels import LabelTree
from hierhash.labels.io.formats import write_tree
from hierhash.labels.paths import join_aliases, split_aliases
from hierhash.labels.tree import read_tree
from hierhash.testing.strategies import again, names, whole_trees

often = settings(suppress_health_check=list(HealthCheck), max_examples=60, deadline=None)


@given(tree=whole_trees())
@often
def test_yaml(tmp_path: Path, tree: LabelTree) -> None:
    tree.to_yaml(tmp_path / "t.yaml")
    back = LabelTree.from_yaml(tmp_path / "t.yaml")
    assert back == tree
    assert hash(back) == hash(tree)


@pytest.mark.parametrize("form", ["paths", "edges"])
@given(tree=whole_trees(name="t"))
@often
def test_csv(tmp_path: Path, form: str, tree: LabelTree) -> None:
    assert write_tree(tree, tmp_path / "t.csv", form, replace=True) == []
    assert read_tree(tmp_path / "t.csv") == tree


@given(st.lists(names.map(str.strip), max_size=4))
def test_a_cell_of_aliases(aliases: list[str]) -> None:
    assert split_aliases(join_aliases(aliases)) == tuple(aliases)


@given(tree=whole_trees())
@often
def test_any_difference_makes_trees_unequal(tree: LabelTree) -> None:
    def copy(**changes: object) -> LabelTree:
        kept = {"name": tree.name, "levels": tree.levels, "level_weights": tree.level_weights}
        nodes = changes.pop("nodes", again(tree, ()))
        return LabelTree.from_nested(nodes, **{**kept, **changes})

    assert copy() == tree
    assert tree != "a tree"
    assert copy(name=f"{tree.name}x") != tree
    assert copy(levels=[f"{level}x" for level in tree.levels]) != tree
    assert copy(level_weights=[7.0] * tree.depth) != tree
    assert copy(nodes=[*again(tree, ()), "one more"]) != tree
    nodes = again(tree, ())
    nodes[0]["aliases"] = [*nodes[0]["aliases"], "one more"]
    assert copy(nodes=nodes) != tree
    if len(nodes) > 1:
        assert copy(nodes=again(tree, ())[::-1]) != tree
