"""`hierhash data check` says what it read and what it left; sources without metadata."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hierhash.training import progress
from tests.cli.small_run import PATHS, hierhash, refusal
from tests.data.small_pictures import picture_bytes


def test_a_column_of_pictures_that_is_not_recognised(tmp_path):
    for row in range(3):
        (tmp_path / f"{row}.jpg").write_bytes(picture_bytes(kind="JPEG"))
    table = tmp_path / "shop.csv"
    rows = "".join(f"{row},{row}.jpg,title {row},Wear,Hats\n" for row in range(3))
    table.write_text("sku,photo,title,department,article\n" + rows)
    said = hierhash("data", "check", table)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0].startswith(
        "read: 0 items with picture and text, 0 with a picture alone, 3 with"
    )
    assert lines[1] == (
        "columns: id from sku; image from no column; text from title; labels from no column; "
        "kept as attributes: photo, department, article"
    )
    assert (
        "warning: shop: column 'photo' looks like names of pictures but is not read; " in said.out
    )
    assert "-o image=photo reads it" in said.out
    assert (
        "columns 'department' and 'article' look like labels but are not read as such" in said.out
    )
    assert "-o labels=department,article reads it" in said.out
    assert lines[-1] == "3 good items, 2 warnings"
    assert "0 problems" not in said.out
    found = json.loads(hierhash("data", "check", table, "--json").out)
    assert len(found["warnings"]) == 2
    assert found["read"]["columns"]["attributes"] == ["photo", "department", "article"]
    # What the warnings say works.
    said = hierhash("data", "check", table, "-o", "image=photo", "-o", "labels=department,article")
    assert "read: 3 items with picture and text" in said.out
    assert said.out.endswith("3 good items, 0 problems\n")


def test_levels_beside_the_column_of_labels_stand_in_the_order_of_the_table(tmp_path):
    table = tmp_path / "shop.csv"
    table.write_text("text,department,category,article\na,Wear,Hats,Caps\n")
    said = hierhash("data", "check", table)
    assert "-o labels=department,category,article reads it" in said.out


def test_a_folder_in_the_normal_form_is_told_its_own_remedy(tmp_path):
    row = {"text": "a hat", "photo": "1.jpg", "category": "Hats"}
    (tmp_path / "metadata.jsonl").write_text(json.dumps(row) + "\n")
    said = hierhash("data", "check", tmp_path)
    assert (
        "rename it to 'file_name', or read the file with --format table -o image=photo" in said.out
    )
    assert (
        "rename it to 'labels', or read the file with --format table -o labels=category" in said.out
    )


def test_equal_problems_are_one_line_unless_all_are_asked_for(tmp_path):
    table, tree = tmp_path / "t.csv", tmp_path / "t.yaml"
    tree.write_text("tree: [Hats]\n")
    table.write_text("text,label\n" + "".join(f"t{row},Hat\n" for row in range(39)))
    said = hierhash("data", "check", table, "--tree", tree)
    assert said.code == 2
    lines = said.out.splitlines()
    assert lines[0] == (
        "39 items: label 'Hat' is not in the tree; did you mean 'Hats'?; kept without this label; "
        f"first at {table}:2"
    )
    assert lines[1].startswith("read: ")
    every = hierhash("data", "check", table, "--tree", tree, "--all").out.splitlines()
    assert [line.partition(": ")[0] for line in every[:39]] == [
        f"{table}:{k}" for k in range(2, 41)
    ]


def test_a_long_run_of_one_kind_is_cut_short_and_counted(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("image,text\n" + "".join(f"{row}.jpg,t\n" for row in range(30)))
    lines = hierhash("data", "check", table).out.splitlines()
    assert lines[10] == (
        "... and 20 more of the kind: missing image; hierhash data check --all lists each"
    )
    assert lines[11].startswith("read: ")
    assert lines[-1] == "30 good items, 30 problems"


def test_progress_is_told_also_when_piped(tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "SECONDS", 0.0)
    table = tmp_path / "t.csv"
    table.write_text("text\na\nb\n")
    said = hierhash("data", "check", table)
    assert said.err.splitlines() == ["items checked: 1 of 2", "items checked: 2 of 2"]
    monkeypatch.setattr(progress, "SECONDS", 60.0)
    assert hierhash("data", "check", table).err == ""


def test_every_form_of_tree_is_taken_where_a_tree_is(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("text,label\na,Hats\n")
    (tmp_path / "tree.csv").write_text("path\nWear/Hats\n")
    (tmp_path / "folder" / "Wear" / "Hats").mkdir(parents=True)
    for tree in ("tree.csv", "folder"):
        assert hierhash("tree", "check", tmp_path / tree).code == 0
        said = hierhash("data", "check", table, "--tree", tmp_path / tree)
        assert (said.code, said.err) == (0, "")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("{scheme: geometric, ratio: -1}", "t.yaml:2: level_weights: ratio -1 is not above 0"),
        ("{scheme: leaf_heavy, leaf: 3}", "t.yaml:2: level_weights: leaf 3 is not in 0..1"),
    ],
)
def test_weights_out_of_range_are_refused_when_the_tree_is_read(tmp_path, weights, message):
    (tmp_path / "t.yaml").write_text(f"tree: [a, b]\nlevel_weights: {weights}\n")
    assert message in refusal(tmp_path, "tree", "check", "t.yaml")


def test_a_plain_folder_of_pictures(trained, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, row in (("a.png", 1), ("b.PNG", 2)):
        (folder / name).write_bytes(picture_bytes((row, 0, 0)))
    said = hierhash("data", "check", folder)
    assert said.code == 0, said.err
    assert said.out.splitlines()[0].startswith("read: 0 items with picture and text, 2 with a pict")
    assert said.out.endswith("0 labelled\n") or "; 0 labelled" in said.out
    said = hierhash("encode", trained / "run", folder, tmp_path / "codes")
    assert said.code == 0, said.err
    out = tmp_path / "p.csv"
    words = ("predict", trained / "run", "--source", folder, "--out", out, "--modality", "image")
    assert hierhash(*words).code == 0
    assert len(out.read_text().splitlines()) == 3


def test_reader_and_options_reach_encode_and_predict(tmp_path):
    from hierhash.cli.source_argument import read_source

    (tmp_path / "data.csv").write_text(f"words,kind\nred hat,{PATHS[0]}\n")
    found = read_source(str(tmp_path / "data.csv"), "table", ["text=words", "labels=kind"])
    assert found.texts == ["red hat"]
    assert len(read_source("synthetic", None, ["n=7"])) == 7
    assert len(read_source("synthetic", "synthetic", ["n=7"])) == 7


def test_a_place_that_is_not_there(tmp_path: Path):
    (tmp_path / "dataset").mkdir()
    said = refusal(tmp_path, "data", "check", "datset")
    assert said == "datset: no such file or folder; did you mean 'dataset'?"
    said = refusal(tmp_path, "data", "check", "datset", "--format", "folders")
    assert said == "datset: no such file or folder; did you mean 'dataset'?"


@pytest.mark.parametrize("field", ["id", "text", "label", "colour", "file_name"])
def test_half_a_character_is_named_with_its_line_and_imports(tmp_path, field):
    shop = tmp_path / "shop"
    shop.mkdir()
    good = '{"id": "a", "text": "fine \\ud83d\\ude00"}\n'
    bad = f'{{"id": "b", "text": "t", "{field}": "x\\ud800"}}\n'
    (shop / "metadata.jsonl").write_text(good + bad)
    said = hierhash("data", "check", shop)
    assert said.code == 2
    assert (
        f"{shop}/metadata.jsonl:2: holds half a character (a lone \\ud800 to \\udfff)" in said.out
    )
    said = hierhash("data", "import", shop, tmp_path / "out")
    assert said.code == 0
    assert "1 items, 1 problem" in said.out
    assert "😀" in (tmp_path / "out" / "metadata.jsonl").read_text()


def test_a_table_of_many_columns_is_quick(tmp_path):
    import time

    names = [f"c{number}" for number in range(20_000)]
    table = tmp_path / "t.csv"
    table.write_text("text," + ",".join(names) + "\n" + "x" + ",1" * len(names) + "\n")
    start = time.process_time()
    assert hierhash("data", "check", table).code == 0
    assert time.process_time() - start < 2
    table.write_text("text,a,a,a\nx,1,1,1\n")
    assert "column 'a' appears twice" in refusal(tmp_path, "data", "check", "t.csv")


def test_control_characters_of_a_source_do_not_reach_the_terminal(tmp_path):
    (tmp_path / "t.yaml").write_text("tree: [Hats]\n")
    rows = [{"id": "a\x1b[31m", "text": "red\nhat \x1b]0;x\x07", "labels": ["\x1b[2J"]}]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows * 2))
    said = hierhash("data", "check", tmp_path / "t.jsonl", "--tree", tmp_path / "t.yaml")
    assert said.code == 2
    assert "\x1b" not in said.out
    assert "\x07" not in said.out
    assert "id 'a\\x1b[31m' was used before" in said.out
    assert "label '\\x1b[2J' is not in the tree" in said.out


def test_a_choice_of_labels_is_not_questioned(tmp_path):
    table = tmp_path / "shop.csv"
    table.write_text("text,labels,category\na,Hats,x\n")
    assert hierhash("data", "check", table).out.endswith("1 good items, 0 problems\n")
    table.write_text("text,department,category\na,Hats,x\n")
    said = hierhash("data", "check", table, "-o", "labels=department")
    assert said.out.endswith("1 good items, 0 problems\n")
    assert hierhash("data", "check", table).out.endswith("1 good items, 1 warning\n")
