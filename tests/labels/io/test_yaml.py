from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hierhash.errors import TreeError
from hierhash.labels import LabelTree
from hierhash.labels.io.yaml import format_yaml, parse_yaml, quote
from hierhash.testing.strategies import nested_trees

PRODUCT = """\
name: fashion
levels: [department, category, article]      # optional names, root excluded
tree:
  Apparel:
    Topwear: [Tshirts, Shirts, {name: Tops, aliases: [Blouses]}]
    Bottomwear: [Jeans, Skirts]
  Footwear:
    Shoes: [Casual Shoes, Heels]
level_weights: {scheme: geometric, ratio: 1.5}
"""


def read(text: str) -> LabelTree:
    return LabelTree(**parse_yaml(text, "t.yaml"))


def problems(text: str) -> list[str]:
    with pytest.raises(TreeError) as caught:
        read(text)
    return caught.value.problems


def test_the_documented_example():
    tree = read(PRODUCT)
    assert tree.name == "fashion"
    assert tree.levels == ("department", "category", "article")
    assert [len(tree.nodes_at(level)) for level in (1, 2, 3)] == [2, 3, 7]
    assert tree.resolve("Blouses") == ("Apparel", "Topwear", "Tops")
    assert tree.level_weights == {"scheme": "geometric", "ratio": 1.5}


def test_every_scalar_is_text():
    tree = read("tree: [No, 1990, ~, 1.0, true, 2020-01-01, 0x1F, null, 'quoted']")
    names = [leaf[0] for leaf in tree.leaves]
    assert names == ["No", "1990", "~", "1.0", "true", "2020-01-01", "0x1F", "null", "quoted"]


@pytest.mark.parametrize("text", ["- a\n- b", "tree: [a, b]", "tree:\n  a:\n  b:\n"])
def test_a_flat_tree(text):
    tree = read(text)
    assert (tree.name, tree.depth, tree.leaves) == ("t", 1, (("a",), ("b",)))


def test_forms_of_children():
    tree = read(
        """
tree:
  - {name: A, aliases: [Alpha], children: {x: [1], y: }}
  - B: [z]
    C: []
  - D
"""
    )
    leaves = [("A", "x", "1"), ("A", "y"), ("B", "z"), ("C",), ("D",)]
    assert tree.leaves == tuple(leaves)
    assert tree.aliases(("A",)) == ("Alpha",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tree: [a]\nnmae: x", "t.yaml:2: unknown key 'nmae' of a label tree; did you mean 'name'"),
        (
            "tree: [a]\ncolour: x",
            "t.yaml:2: unknown key 'colour' of a label tree; valid keys: name",
        ),
        ("tree:\n- {name: a, alias: [b]}", "t.yaml:2: unknown key 'alias' of a node; did you mean"),
        ("tree:\n  a: [x]\n  a: [y]", "t.yaml:3: duplicate key 'a' (first at line 2)"),
        ("tree:\n- a\n- b\n- a", "t.yaml:4: duplicate path 'a' (first at t.yaml:2)"),
        ("tree:\n  p:\n  - a\n  - a", "t.yaml:4: duplicate path 'p/a' (first at t.yaml:3)"),
        ("tree: [a, '']", "t.yaml:1: empty name"),
        ("tree:\n  a: &x [b]\n", "t.yaml:2: anchor '&x' is not allowed"),
        ("tree:\n  a: [b]\n  c: *x", "t.yaml:3: alias '*x' is not allowed"),
        ("tree:\n  a: !!int 3", "t.yaml:2: tag 'tag:yaml.org,2002:int' is not allowed"),
        ("tree: [a]\n---\ntree: [b]", "t.yaml:2: a second document is not allowed"),
        ("tree:\n  a: Topwear", "t.yaml:2: the children of 'a' must be a list or mapping, not the"),
        ("tree:\n- {nmae: Tops}", "t.yaml:2: the children of 'nmae' must be a list"),
        ("tree:\n- [a]", "t.yaml:2: a list of nodes holds names and mappings, not a list"),
        ("tree:\n- {children: [a]}", "t.yaml:2: this node has no name"),
        ("tree:\n- {name: a, aliases: b}", "t.yaml:2: aliases must be a list of names"),
        ("tree:\n- a\n- {name: b, aliases: [a]}", "t.yaml:3: alias 'a' already names 'a'"),
        ('tree: ["\\ud800"]', "t.yaml:1: half a character (a lone surrogate) is not text"),
        ('tree: ["\\UFFFFFFFF"]', "t.yaml:1: not valid YAML"),
        ("%YAML " + "9" * 5000 + ".1\n--- [a]", "t.yaml:1: not valid YAML"),
        ("tree:\n  ? [a, b]\n  : c", "t.yaml:2: a key must be a word"),
        ("name: x", "t.yaml:1: no key 'tree'"),
        ("name: x\ntree:", "t.yaml:2: the tree has no nodes"),
        ("name: x\ntree: []", "t.yaml:2: the tree has no nodes"),
        ("name: [x]\ntree: [a]", "t.yaml:1: name must be a text"),
        ("", "t.yaml:1: expected the keys name"),
        ("just text", "t.yaml:1: expected the keys name"),
        ("tree: [a\nname: b", "not valid YAML"),
        ("tree: ['a\x07']", "a character that YAML does not allow"),
        ("tree: [a]\nlevels: [x, y]", "t.yaml:2: levels: 2 names for a tree of depth 1"),
        ("tree: {a: [b]}\nlevels: [x, x]", "t.yaml:2: levels: names must be different"),
        ("tree: [a]\nlevel_weights: [1, 2]", "t.yaml:2: level_weights: 2 weights for 1 level;"),
        ("tree: [a]\nlevel_weights: linaer", "did you mean 'linear'"),
        ("tree: [a]\nlevel_weights: {scheme: geometric, ratio: x}", "ratio 'x' is not a number"),
        ("tree: [a]\nlevel_weights: {scheme: [uniform]}", "level_weights: no scheme"),
    ],
)
def test_errors_point_at_the_line(text, expected):
    found = problems(text)
    assert any(expected in problem for problem in found), found
    assert all("\n" not in problem for problem in found)


def test_all_errors_at_once_in_the_order_of_the_file():
    text = "nmae: x\ntree:\n  a: [b, b]\n  a: [c]\n  d: [{name: e, alias: [f]}]\nlevels: [one]\n"
    found = problems(text)
    assert [problem.split(":")[1] for problem in found] == ["1", "3", "4", "5", "6"]


def test_a_tree_nested_without_end_is_refused():
    assert "deeper than 100 levels" in problems("tree: " + "[" * 5000)[0]
    nested = "".join(f"{'  ' * i}n{i}:\n" for i in range(1, 103))
    assert "deeper than 100 levels" in problems("tree:\n" + nested)[0]


def test_a_missing_or_binary_file_is_a_tree_error(tmp_path):
    with pytest.raises(TreeError, match="the file does not exist"):
        LabelTree.from_yaml(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_bytes(b"tree: [\xff]")
    with pytest.raises(TreeError, match="not UTF-8"):
        LabelTree.from_yaml(tmp_path / "bad.yaml")


def test_byte_order_mark_and_windows_line_ends(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_bytes("\ufefftree:\r\n  鞋: [凉鞋]\r\n".encode())
    assert LabelTree.from_yaml(path).leaves == (("鞋", "凉鞋"),)


@given(nested_trees)
def test_written_yaml_reads_back(nested):
    tree = LabelTree.from_nested(nested, name="No")
    again = read(format_yaml(tree))
    assert again.nodes == tree.nodes
    assert (again.name, again.levels, again.sha256) == (tree.name, tree.levels, tree.sha256)


@given(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"])))
def test_a_quoted_name_is_text_for_any_reader(name):
    assert yaml.safe_load(f"[{quote(name)}]") == [name]
    assert yaml.safe_load(f"{quote(name)}: 1") == {name: 1}


def test_aliases_levels_and_weights_are_written(tmp_path):
    tree = LabelTree.from_nested(
        [
            {"name": "A", "aliases": ["Alpha"], "children": ["x", {"name": "y", "aliases": ["z"]}]},
            {"B": {"q": []}},
            "C",
        ],
        name="t",
        levels=["top", "low"],
        level_weights={"scheme": "leaf_heavy", "leaf": 0.6},
    )
    tree.to_yaml(tmp_path / "t.yaml")
    again = LabelTree.from_yaml(tmp_path / "t.yaml")
    assert again.nodes == tree.nodes
    assert [again.aliases(n) for n in again.nodes] == [tree.aliases(n) for n in tree.nodes]
    assert (again.levels, again.level_weights) == (tree.levels, tree.level_weights)
    assert list(tmp_path.iterdir()) == [tmp_path / "t.yaml"]


def test_long_lists_stay_readable():
    tree = LabelTree.from_nested({"A": [f"class number {i}" for i in range(30)]}, name="t")
    assert max(map(len, format_yaml(tree).splitlines())) <= 100


@pytest.mark.parametrize(
    "text",
    [
        "tree: " + "[" * 600,
        "tree: " + "{a: " * 600,
        "tree:\n" + "- " * 600,
        "tree:\n" + "".join(f"{'  ' * i}n{i}:\n" for i in range(1, 1200)),
        "tree: " + "[" * 1000 + "]" * 1000,
        "tree:\n  a: [b\n  c: " + "[" * 400,
    ],
)
def test_deep_nesting_is_refused_in_our_words_whatever_the_parser_says(text):
    (problem,) = problems(text)
    assert problem.endswith(": the tree is deeper than 100 levels; flatten it")
    assert problem.startswith("t.yaml:")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'name: "a\\ab"\ntree: [x]',
            "t.yaml:1: name: the name 'a\\x07b' holds a control character",
        ),
        (
            'tree: [x]\nlevels: ["one\\nline"]',
            "t.yaml:2: levels: the name 'one\\nline' holds a control character or line break",
        ),
        ('tree: ["x\\ay"]', "t.yaml:1: the name 'x\\x07y' holds a control character"),
        ("tree:\n- 'a\x07'", "t.yaml:2: a character that YAML does not allow; remove it"),
        ("tree:\n- [a\n- b: c]", "not valid YAML; correct the brackets, quotes or indentation"),
    ],
)
def test_what_could_not_be_written_again_is_refused_with_its_line(text, expected):
    found = problems(text)
    assert any(problem.startswith(expected) or expected in problem for problem in found), found


def test_a_title_or_level_given_in_python_is_looked_at_too():
    with pytest.raises(TreeError, match="a\\\\x1bb' holds a control character"):
        LabelTree.from_nested(["x"], name="a\x1bb")
    with pytest.raises(TreeError, match="levels: the name 'a\\\\x1bb' holds a control character"):
        LabelTree.from_nested(["x"], levels=["a\x1bb"])
