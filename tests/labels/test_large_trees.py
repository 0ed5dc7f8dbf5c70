"""Sizes at which a quadratic place would show: each of these took minutes once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from hierhash.errors import TreeError
from hierhash.labels import LabelTree
from hierhash.labels.io.formats import write_tree
from hierhash.labels.stats import tree_statistics
from hierhash.labels.tree import read_tree


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """A bound ten times above what it takes, so that only another order of growth breaks it."""
    start = time.process_time()
    yield
    assert time.process_time() - start < seconds


@pytest.mark.parametrize("shape", [(10, 50, 10), (1, 5000)])
def test_every_form_and_figure(tmp_path: Path, shape: tuple[int, ...]) -> None:
    paths: list[tuple[str, ...]] = [()]
    for level, width in enumerate(shape):
        paths = [(*path, f"{level} {k} {len(path)}") for path in paths for k in range(width)]
    with within(10):
        tree = LabelTree.from_paths(paths, name="t")
        for form in ("yaml", "paths", "edges"):
            file = tmp_path / ("t.yaml" if form == "yaml" else "t.csv")
            write_tree(tree, file, form, replace=True)
            assert read_tree(file) == tree
        assert tree_statistics(tree)["leaves"] == 5000
        assert len(tree.parents(tree.depth)) == 5000


def test_a_cycle_of_many_edges(tmp_path: Path) -> None:
    rows = "".join(f"n{k},n{(k + 1) % 40_000}\n" for k in range(40_000))
    (tmp_path / "t.csv").write_text("parent,child\n" + rows)
    with within(5), pytest.raises(TreeError) as caught:
        read_tree(tmp_path / "t.csv")
    (problem,) = caught.value.problems
    assert "cycle 'n1' > 'n2' > 'n3' > 'n4' > '...' > 'n0' > 'n1'; remove one" in problem


@pytest.mark.parametrize("form", ["yaml", "paths", "edges"])
def test_a_chain_is_refused_at_its_hundredth_level(tmp_path: Path, form: str) -> None:
    names = [f"n{k}" for k in range(1000)]
    file = tmp_path / ("t.yaml" if form == "yaml" else "t.csv")
    with open(file, "w") as stream:
        if form == "yaml":
            stream.write(
                "tree:\n" + "".join(f"{' ' * k} {name}:\n" for k, name in enumerate(names))
            )
        elif form == "paths":
            stream.write("path\n")
            for k in range(1, 1000):
                stream.writelines(f"{'/'.join(names[:k])}/l{leaf}\n" for leaf in range(10))
        else:
            stream.write("parent,child\n")
            stream.writelines(f"{a},{b}\n" for a, b in pairwise(names))
    with within(5), pytest.raises(TreeError) as caught:
        read_tree(file)
    (problem,) = caught.value.problems
    assert problem.endswith("the tree is deeper than 100 levels; flatten it")


def test_codes_of_a_ragged_tree_are_those_of_its_paths() -> None:
    tree = LabelTree.from_nested({"A": {"a": ["x", "y"], "b": []}, "B": [], "C": {"c": ["z"]}})
    for path in tree.nodes:
        codes = tree.ancestor_codes(path).tolist()
        for level, code in enumerate(codes, start=1):
            if level <= len(path):
                assert tree.path_of(level, code) == path[:level]
            elif tree.children(path):
                assert code == -1
            else:
                assert tree.path_of(level, code) == path
