from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from hierhash.errors import InputError, TreeError
from hierhash.labels import LabelTree
from hierhash.labels.io.formats import write_tree
from hierhash.labels.tree import read_tree
from hierhash.testing.strategies import nested_trees

CHINESE = Path(__file__).parents[1] / "data" / "chinese.yaml"


def problems(path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TreeError) as caught:
        read_tree(path)
    return [problem.replace(f"{path.parent}/", "") for problem in caught.value.problems]


@pytest.mark.parametrize("form", ["yaml", "paths", "edges"])
@given(nested=nested_trees)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_every_form_reads_back(tmp_path, form, nested):
    tree = LabelTree.from_nested(nested, name="t")
    path = tmp_path / ("t.yaml" if form == "yaml" else "t.csv")
    assert write_tree(tree, path, form, replace=True) == []
    again = read_tree(path)
    assert again.nodes == tree.nodes
    assert again.sha256 == tree.sha256


@pytest.mark.parametrize("form", ["yaml", "paths", "edges"])
def test_aliases_survive(tmp_path, form):
    tree = LabelTree.from_yaml(CHINESE)
    path = tmp_path / ("t.yaml" if form == "yaml" else "t.csv")
    lost = write_tree(tree, path, form)
    assert (lost == []) == (form == "yaml")
    again = read_tree(path)
    assert again.nodes == tree.nodes
    assert again.resolve("针织衫") == ("服装", "上衣", "毛衣")


def test_the_same_name_under_two_parents_survives_as_edges(tmp_path):
    tree = LabelTree.from_nested({"Belts": ["Belts"], "A": ["x"], "B": ["x"]}, name="t")
    write_tree(tree, tmp_path / "t.csv", "edges")
    assert (tmp_path / "t.csv").read_text().startswith("parent,child,name\n,Belts,Belts\n")
    assert read_tree(tmp_path / "t.csv").nodes == tree.nodes


def test_a_file_is_not_replaced_unasked(tmp_path):
    tree, path = LabelTree.from_nested(["a"]), tmp_path / "t.yaml"
    path.write_text("mine")
    with pytest.raises(TreeError, match="exists already"):
        write_tree(tree, path)
    assert path.read_text() == "mine"
    with pytest.raises(TreeError, match="does not fit"):
        write_tree(tree, tmp_path / "t.txt")
    with pytest.raises(TreeError, match=r"write a \.yaml file"):
        write_tree(tree, tmp_path / "t.csv", "yaml")
    with pytest.raises(InputError, match="choose another place"):
        write_tree(tree, tmp_path / "none" / "t.yaml")
    assert list(tmp_path.iterdir()) == [path]


def test_a_csv_with_a_column_per_level(tmp_path):
    path = tmp_path / "shop.csv"
    path.write_text("department,article,aliases\nApparel,Tops,Blouses|Shirts\nToys,,\n")
    tree = LabelTree.from_paths_csv(path)
    assert (tree.name, tree.levels) == ("shop", ("department", "article"))
    assert tree.leaves == (("Apparel", "Tops"), ("Toys",))
    assert tree.aliases(("Apparel", "Tops")) == ("Blouses", "Shirts")


def test_problems_of_a_csv_of_paths(tmp_path):
    text = 'path\nA/b\n\nA//c\nA/b\n"A/d,e"\nA/b\n'
    assert problems(tmp_path / "t.csv", text) == [
        "t.csv:4: empty name in the path; write every name above a node",
        "t.csv:5: duplicate path 'A/b' (first at t.csv:2); remove one",
        "t.csv:7: duplicate path 'A/b' (first at t.csv:2); remove one",
    ]


def test_problems_of_an_edge_csv(tmp_path):
    text = "parent,child\n,A\nA,x\n,B\nB,x\nA,x\np,q\nq,r\nr,p\ns,s\nA,\n"
    assert problems(tmp_path / "t.csv", text) == [
        "t.csv:5: 'x' has two parents, 'A' (t.csv:3) and 'B'; a tree allows one, "
        "give two classes of one name different ids and a column 'name'",
        "t.csv:6: repeats 'A' > 'x' (first at t.csv:3); remove one",
        "t.csv:11: empty child; write the name of the class",
        "t.csv:7: cycle 'q' > 'r' > 'p' > 'q'; remove one of its edges",
        "t.csv:10: cycle 's' > 's'; remove one of its edges",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "t.csv: the file is empty"),
        ("path,path\nA,B\n", "t.csv:1: column 'path' appears twice"),
        ("path,,\nA,B\n", "columns must have different names"),
        ("path\n", "the tree has no nodes"),
        ("path\nA,B\n", "t.csv:2: 2 cells for 1 columns"),
        ('path\n"A\n', "not valid CSV"),
        ("parent,kid\nA,b\n", "no column 'child'"),
        ("parent,child,nam\nA,b,c\n", "unknown column 'nam'; did you mean 'name'"),
        ("parent,child\n", "the tree has no nodes"),
        ("parent,child,name\n,1,A\n,2,A\n", "t.csv:3: duplicate path 'A' (first at t.csv:2)"),
    ],
)
def test_csv_files_that_are_no_tree(tmp_path, text, expected):
    found = problems(tmp_path / "t.csv", text)
    assert any(expected in problem for problem in found), found


def test_edges_without_rows_for_the_top(tmp_path):
    (tmp_path / "t.csv").write_text("parent,child\nA,b\nC,d\nA,c\n")
    assert read_tree(tmp_path / "t.csv").leaves == (("A", "b"), ("A", "c"), ("C", "d"))


def test_a_folder_tree(tmp_path):
    top = tmp_path / "鞋店"
    for folder in ["Shoes/Heels", "Shoes/Flats", "Bags", ".git/x"]:
        (top / folder).mkdir(parents=True)
    (top / "readme.md").write_text("not a class")
    tree = LabelTree.from_folder(top)
    assert (tree.name, tree.leaves) == (
        "鞋店",
        (("Bags",), ("Shoes", "Flats"), ("Shoes", "Heels")),
    )
    assert read_tree(top).sha256 == tree.sha256
    (top / "Bags" / "again").symlink_to(top)
    with pytest.raises(TreeError, match="a link back to"):
        LabelTree.from_folder(top)
    with pytest.raises(TreeError, match="no subfolders"):
        LabelTree.from_folder(top / "Shoes" / "Flats")
    with pytest.raises(TreeError, match="not a folder"):
        LabelTree.from_folder(top / "readme.md")
    with pytest.raises(TreeError, match="not a label tree"):
        read_tree(top / "readme.md")
