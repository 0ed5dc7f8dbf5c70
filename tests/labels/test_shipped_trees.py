from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from hierhash.labels import SCHEMES, LabelTree
from hierhash.labels.io.yaml import format_yaml, parse_yaml
from hierhash.shipped import list_shipped, shipped_folder, shipped_path


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("sample", [12, 39, 56]),
        ("fashion_product_images", [4, 29, 82]),
        ("cifar100", [20, 100]),
    ],
)
def test_shipped_trees(name, sizes):
    tree = LabelTree.from_yaml(shipped_path("label_trees", name))
    assert tree.name == name
    assert [len(tree.nodes_at(level)) for level in range(1, tree.depth + 1)] == sizes


def test_every_shipped_tree_is_in_the_form_that_we_write():
    assert list_shipped("label_trees")
    for name in list_shipped("label_trees"):
        path = shipped_path("label_trees", name)
        assert format_yaml(LabelTree.from_yaml(path)) == path.read_text(encoding="utf-8")


def test_cifar100_has_five_classes_a_superclass_and_no_name_twice():
    tree = LabelTree.from_yaml(shipped_path("label_trees", "cifar100"))
    assert {len(tree.children(node)) for node in tree.nodes_at(1)} == {5}
    assert len({leaf[-1] for leaf in tree.leaves}) == 100


def test_the_sample_tree_knows_every_label_of_the_sample():
    lines = files("hierhash").joinpath("data", "sample", "items.jsonl").read_text(encoding="utf-8")
    paths = [tuple(json.loads(line)["labels"]) for line in lines.splitlines()]
    tree = LabelTree.from_yaml(shipped_path("label_trees", "sample"))
    assert tree.encode([[path] for path in paths]).labelled.all()
    used = {path[:depth] for path in paths for depth in range(1, len(path) + 1)}
    assert used == set(tree.nodes)


def test_the_examples_of_the_format_are_trees():
    text = (shipped_folder("label_trees") / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    assert len(examples) == 4
    depths = [LabelTree(**parse_yaml(example, "README.md")).depth for example in examples]
    assert depths == [3, 2, 1, 2]
    documented = re.findall(r"^\| `\W*(?:scheme: )?(\w+)", text.split("## Level weights")[1], re.M)
    assert set(SCHEMES) <= set(documented)
