"""Taxonomies in the forms in which shops and data sets have them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hierhash.errors import TreeError
from hierhash.labels.io.taxonomies import FORMATS, Wish, read_taxonomy
from hierhash.labels.names import node_texts
from hierhash.labels.tree import LabelTree, read_tree
from tests.cli.small_run import hierhash

GOOGLE = """# Google_Product_Taxonomy_Version: 2021-09-21
1 - Animals & Pet Supplies
3237 - Animals & Pet Supplies > Live Animals
166 - Apparel & Accessories
173 - Apparel & Accessories > Clothing Accessories > Hats
"""
SHOPIFY = """# Format: {GID} : {Ancestor name} > ... > {Category name}

gid://shopify/TaxonomyCategory/aa              : Apparel & Accessories
gid://shopify/TaxonomyCategory/aa-1            : Apparel & Accessories > Clothing
gid://shopify/TaxonomyCategory/aa-1-2          : Apparel & Accessories > Clothing > Boys' Underwear
"""
PLAIN = "Home | Kitchen / Bath | Towels\nHome | Kitchen / Bath | Pans\nToys\n"
NESTED = """   1 | [   1-  6] | Animals
     2 | [   2-  3] | Cats
    10 | [   4-  5] | Dogs & Co
  11 | [   7-   8] | Toys
"""
EDGES = "108 112\n108 109\n112 0\n112 57\n"
NAMES = "108 entity\n109 artifact\n112 food\n0 apple\n57 sweet_pepper\n"
DASHES = "Aves\n\n-- Telluraves\n---- Pici ?\n------ Colaptes auratus\n-- Anserimorphae\n"
TABS = "Wear\n\tHats\n\t\tCaps\n\tShoes\nToys\n"
BULLETS = "- Wear\n  - Hats\n    - Caps\n  - Shoes\n- Toys\n"
FOODS = """stopwords:en: with, without

synonyms:en: flavoured, flavored

en: Beverages, Drinks
de: Getränke
wikidata:en: Q40050

< en:drinks
en: Teas, tea
zh: 茶
"""
RECORDS = [
    {"id": 1, "parent_id": None, "title": "Animals", "left": 1},
    {"id": 2, "parent_id": 1, "title": "Cats", "name_de": "Katzen"},
    {"id": 7, "parent_id": 1, "title": "Dogs / Co", "synonyms": ["Hounds"]},
]


def written(folder: Path, text: str, name: str = "t.txt") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    ("text", "name", "form", "paths"),
    [
        (GOOGLE, "t.txt", "paths", ["Apparel & Accessories/Clothing Accessories/Hats"]),
        (SHOPIFY, "t.txt", "paths", ["Apparel & Accessories/Clothing/Boys' Underwear"]),
        (PLAIN, "t.txt", "paths", ["Home/Kitchen \\/ Bath/Pans", "Toys"]),
        ("Wear>Hats\nWear>Shoes\n", "t.txt", "paths", ["Wear/Hats", "Wear/Shoes"]),
        ("Wear/Hats\nWear/Shoes\n", "t.txt", "paths", ["Wear/Hats", "Wear/Shoes"]),
        (NESTED, "t.txt", "nested", ["Animals/Cats", "Animals/Dogs & Co", "Toys"]),
        ("1|[1-10]|A\n3|[6-7]|C\n2|[2-5]|B\n", "t.txt", "nested", ["A/B", "A/C"]),
        (EDGES, "t.txt", "edges", ["108/112/0", "108/109"]),
        (DASHES, "t.txt", "indented", ["Aves/Telluraves/Pici ?/Colaptes auratus"]),
        (TABS, "t.txt", "indented", ["Wear/Hats/Caps", "Wear/Shoes", "Toys"]),
        (BULLETS, "t.txt", "indented", ["Wear/Hats/Caps", "Wear/Shoes", "Toys"]),
        ("Red Shoes\nBlue Hats\nRed Hats\n", "t.txt", "indented", ["Red Shoes", "Blue Hats"]),
        ("1 - Wear\n2 - Toys\n", "t.txt", "paths", ["Wear", "Toys"]),
        ("Wear\n  Hats\n  Price > 100\nToys\n", "t.txt", "indented", ["Wear/Price > 100"]),
        ("Men Wear\n  Men Shirts\n  Men Hats\n", "t.txt", "indented", ["Men Wear/Men Hats"]),
        ("Audio/Video\nHome / Kitchen\nHome / Bath\n", "t.txt", "paths", ["Home/Bath"]),
        ("a b\nb c\nc d\n", "t.txt", "edges", ["a/b/c/d"]),
        ("n1\tn2\nn1\tn3\n", "t.txt", "edges", ["n1/n3"]),
        ("Freezers\n-20 C freezers\n", "t.txt", "indented", ["-20 C freezers"]),
        ("Tags\n#1 hits\n# a comment\n", "t.txt", "indented", ["#1 hits"]),
        ("Wear > Hats\r\nWear > Shoes\r\n", "t.txt", "paths", ["Wear/Shoes"]),
        ("Id,Parent Id,Name\n1.0,,A\n2,1.0,b\n", "t.csv", "records", ["A/b"]),
        ("Path,ID\nA/b,7\n", "t.csv", "csv", ["A/b"]),
        ("parent\tchild\n\tA\nA\tb\n", "t.tsv", "csv", ["A/b"]),
        ("category_id,category_name,parent_name\n1,A,\n2,b,A\n", "t.csv", "records", ["A/b"]),
        (
            '{"items": [{"id": 1, "title": "A", "subcategories": [{"id": 2, "title": "b"}]}]}',
            "t.json",
            "records",
            ["A/b"],
        ),
        (
            '[{"id": 1, "name": "A", "slug": "a", "children": [{"id": 2, "name": "b"}]},'
            '{"id": 2, "name": "b", "slug": "b", "children": []}]',
            "t.json",
            "records",
            ["A/b"],
        ),
        (
            json.dumps([{"id": 1, "name": "\U0001f600", "parent": None}]),
            "t.json",
            "records",
            ["😀"],
        ),
        ("tree: [{name: A, id: B, children: [B]}, {name: Q, id: Z}]", "t.yaml", "yaml", ["A/B"]),
        (FOODS, "t.txt", "foodfacts", ["Beverages/Teas"]),
        (json.dumps(RECORDS, indent="\t"), "t.json", "records", ["Animals/Cats"]),
        (json.dumps({"categories": RECORDS}), "t.json", "records", ["Animals/Cats"]),
        (
            "1: {name: A, children: [2, 3]}\n2: {name: b}\n3: {name: c}",
            "t.yaml",
            "records",
            ["A/c"],
        ),
        ('{"Wear": ["Hats"], "Toys": []}', "t.json", "yaml", ["Wear/Hats", "Toys"]),
        ("id,parent,name\n1,,A\n2,1,b\n", "t.csv", "records", ["A/b"]),
        ("id\tparent_id\tname\n1\t0\tA\n2\t1\tb\n", "t.tsv", "records", ["A/b"]),
        ("parent,child\n,A\nA,b\n", "t.csv", "csv", ["A/b"]),
        ("tree: {A: [b]}", "t.yaml", "yaml", ["A/b"]),
    ],
)
def test_the_form_is_told_by_the_content(tmp_path, text, name, form, paths):
    found, parts = read_taxonomy(written(tmp_path, text, name))
    assert found == form
    tree = LabelTree(**parts)
    for path in paths:
        assert tree.resolve(path) in tree.leaves, path
    tree.to_yaml(tmp_path / "again.yaml")
    again = LabelTree.from_yaml(tmp_path / "again.yaml")
    assert (again.nodes, again._identity[1:]) == (tree.nodes, tree._identity[1:])


def test_ids_names_and_aliases_are_kept_and_resolve(tmp_path):
    google = read_tree(written(tmp_path, GOOGLE))
    assert google.resolve("173") == ("Apparel & Accessories", "Clothing Accessories", "Hats")
    assert google.id(("Apparel & Accessories", "Clothing Accessories")) == ""
    shopify = read_tree(written(tmp_path, SHOPIFY))
    assert shopify.resolve("gid://shopify/TaxonomyCategory/aa-1")[-1] == "Clothing"
    escaped = json.dumps(RECORDS).replace("Dogs / Co", "Dogs \\/ Co")
    shop = read_tree(written(tmp_path, escaped, "t.json"))
    assert shop.resolve("Katzen") == shop.resolve("2") == ("Animals", "Cats")
    assert shop.resolve("Hounds") == ("Animals", "Dogs / Co")
    foods = read_tree(written(tmp_path, FOODS))
    assert foods.names(("Beverages",)) == {"de": "Getränke"}
    assert foods.resolve("茶") == foods.resolve("en:teas") == ("Beverages", "Teas")
    assert ("Getränke", ("Beverages",)) in node_texts(foods)


def test_edges_take_their_names_from_another_file(tmp_path):
    names = written(tmp_path, NAMES, "names.txt")
    _, parts = read_taxonomy(written(tmp_path, EDGES), Wish(names=names))
    tree = LabelTree(**parts)
    assert tree.resolve("57") == ("entity", "food", "sweet_pepper")


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("1 - A\n2 - A > b\n3 - A > b\n", "t.txt", "t.txt:3: duplicate path 'A/b'"),
        ("1 - A\n2 - A > > b\n", "t.txt", "t.txt:2: empty name in the path"),
        ("A\n    b\n  c\n", "t.txt", "t.txt:3: indented by 2, which fits none"),
        ("A\n\tb\n  c\n", "t.txt", "t.txt:3: indented by tabs and spaces"),
        ("1 | [1-4] | A\n2 | [3-9] | b\n", "t.txt", "t.txt:2: the interval 3-9 does not lie"),
        (" 1 - A\n2 - A > b\n  3 - A > > C\n", "t.txt", "t.txt:3: empty name in the path"),
        ("1 - A\n2 - A > b\n3 - A > c\n4 - A > d\nA > e\n", "t.txt", "t.txt:5: no id, which"),
        ("1 - A\n2 - A > b\n3 - A > d\n4 - A > e\n2 - A > c\n", "t.txt", "t.txt:5: id '2' is that"),
        ("null", "t.json", "t.json:1: holds no classes"),
        ("id,name,extra\n1,A,x\n", "t.csv", "t.csv:1: no column of parents among id, name, extra"),
        ("id;parent;name\n1;;A\n", "t.csv", "t.csv:1: cells are parted by ';'"),
        ("a b\na c\na d\nb e\nb f\nc e\n", "t.txt", "t.txt:6: 'e' has 2 parents, 'b' (at"),
        ("a b\nb a\nb c\nb d\nb e\n", "t.txt", "cycle 'a' > 'b' > 'a'"),
        (
            '[\n{"id": 1, "name": "A"},\n{"id": 2, "parent": 9, "name": "b"}]',
            "t.json",
            "t.json:3: '9'",
        ),
        ('[{"id": 1, "parent": 2},\n{"id": 1, "parent": null}]', "t.json", "t.json:2: the id '1'"),
        ('{"a": [}', "t.json", "t.json:1: not valid JSON"),
        ("< en:nowhere\nen: Teas\n", "t.txt", "t.txt:1: 'en:nowhere' is not among the classes"),
        ("< en:x\nwikidata:en: Q1\n", "t.txt", "t.txt:1: a block without a name"),
        ("", "t.txt", "t.txt: the file is empty"),
        ("A\nB", "t.docx", "t.docx: not a label tree; give a file of .yaml"),
        ("tree: [{name: A, id: 1}, {name: B, id: 1}]", "t.yaml", "t.yaml:1: id '1' is that of 'A'"),
        ("tree: [{name: A, names: {deutsch: B}}]", "t.yaml", "'deutsch' is no language"),
        ("tree: [{name: A, names: [B]}]", "t.yaml", "names must give a name for each language"),
        ("tree: [{name: A, id: [1]}]", "t.yaml", "id must be a text, not a list"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, text, name, said):
    with pytest.raises(TreeError) as caught:
        read_tree(written(tmp_path, text, name))
    assert said in str(caught.value)


def test_a_class_of_two_parents_stands_below_each_if_asked(tmp_path):
    path = written(tmp_path, "a b\na c\na f\nb d\nc d\nd e\nd g\n")
    with pytest.raises(TreeError, match="--dag paths"):
        read_tree(path)
    names = written(tmp_path, "a top\nb B\nc C\nd D\ne E\nf F\ng G\n", "names.txt")
    tree = read_tree(path, Wish(names=names, every_parent=True))
    assert [node for node in tree.nodes if node[-1] == "D"] == [
        ("top", "B", "D"),
        ("top", "C", "D"),
    ]
    # An item of the class has all its paths; other names that stand twice are still refused.
    labels = tree.encode([["e"], ["D"]])
    assert labels.counts.tolist() == [2, 2]
    with pytest.raises(TreeError, match="write the full path"):
        tree.resolve("e")
    flat = LabelTree.from_nested({"A": ["x"], "B": ["x"]}, name="t")
    with pytest.raises(TreeError, match="write the full path"):
        flat.encode([["x"]])


def test_a_label_that_is_a_name_and_another_id_is_refused():
    nodes = [{"name": "38", "id": "7"}, {"name": "Shoes", "id": "38"}, {"name": "9", "id": "9"}]
    tree = LabelTree.from_nested(nodes, name="t")
    with pytest.raises(TreeError, match="'38' is the name of '38' and the id of 'Shoes'"):
        tree.resolve("38")
    assert tree.resolve("9") == ("9",)


def test_a_path_may_be_written_as_google_writes_it(tmp_path):
    tree = read_tree(written(tmp_path, GOOGLE))
    hats = ("Apparel & Accessories", "Clothing Accessories", "Hats")
    assert tree.resolve("Apparel & Accessories > Clothing Accessories > Hats") == hats
    assert tree.resolve("Apparel & Accessories>Clothing Accessories") == hats[:2]
    odd = LabelTree.from_nested({"A > B": ["c"], "A": ["B"]}, name="t")
    assert odd.resolve("A > B") == ("A > B",)


def test_options_of_other_forms_are_refused(tmp_path):
    source = written(tmp_path, TABS)
    words = ("tree", "import", source, tmp_path / "out.yaml", "--format", "indented")
    said = hierhash(*words, "--delimiter", ";")
    assert (said.code, (tmp_path / "out.yaml").exists()) == (2, False)
    assert "--delimiter is for the form paths, not indented" in said.err
    names = written(tmp_path, NAMES, "names.txt")
    said = hierhash(*words, "--names", names)
    assert "--names is for the form edges, not indented" in said.err
    said = hierhash("tree", "import", source, tmp_path / "out.yaml", "--names", names)
    assert said.code == 2


def test_what_parts_names_parts_no_id_from_them(tmp_path):
    _, parts = read_taxonomy(written(tmp_path, "A1 - Hats\nB2 - Caps\n"), Wish(delimiter=" - "))
    assert LabelTree(**parts).leaves == (("A1", "Hats"), ("B2", "Caps"))


def test_a_name_that_siblings_share_in_some_language_names_neither():
    nodes = [{"name": "Mice", "names": {"de": "Maus"}}, {"name": "Mouse", "names": {"de": "Maus"}}]
    tree = LabelTree.from_nested(nodes, name="t")
    with pytest.raises(TreeError, match="'Maus' names 'Mice', 'Mouse'"):
        tree.resolve("Maus")


def test_import_writes_a_tree_and_tells_what_it_read(tmp_path):
    source = written(tmp_path, EDGES)
    names = written(tmp_path, NAMES, "names.txt")
    said = hierhash("tree", "import", source, tmp_path / "out.yaml", "--names", names)
    assert said.code == 0, said.err
    assert "as edges: 5 nodes, 1 > 2 > 3 classes" in said.out
    assert "note: all of it lies below 'entity'" in said.err
    assert LabelTree.from_yaml(tmp_path / "out.yaml").resolve("0")[-1] == "apple"
    before = (tmp_path / "out.yaml").read_text()
    said = hierhash("tree", "import", source, tmp_path / "out.yaml")
    assert (said.code, (tmp_path / "out.yaml").read_text()) == (2, before)
    assert "exists already" in said.err


def test_a_form_can_be_forced_and_every_form_has_a_name(tmp_path):
    source = written(tmp_path, "A B\nB C\n")
    said = hierhash("tree", "import", source, tmp_path / "out.yaml", "--format", "indented")
    assert said.code == 0, said.err
    assert LabelTree.from_yaml(tmp_path / "out.yaml").leaves == (("A B",), ("B C",))
    for form in FORMATS:
        assert form in hierhash("tree", "import", "--help").out


def test_import_takes_a_delimiter(tmp_path):
    source = written(tmp_path, "Wear~Hats\nWear~Shoes\n")
    said = hierhash(
        "tree", "import", source, tmp_path / "out.yaml", "--format", "paths", "--delimiter", "~"
    )
    assert said.code == 0, said.err
    assert LabelTree.from_yaml(tmp_path / "out.yaml").depth == 2
