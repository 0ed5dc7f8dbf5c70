from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hierhash.cli.data import app
from hierhash.data.readers.imagefolder import write_imagefolder
from hierhash.data.readers.sample import read_sample
from hierhash.errors import HierhashError


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    write_imagefolder(read_sample().subset(range(0, 2600, 20)), folder)
    return folder


def refusal(*arguments: object) -> str:
    result = run(*arguments)
    assert isinstance(result.exception, HierhashError), result.output
    assert result.exception.exit_code == 2
    return str(result.exception)


def test_check_of_a_good_source(small: Path) -> None:
    result = run("check", small)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == (
        "read: 130 items with picture and text, 0 with a picture alone, 0 with a text alone; "
        "130 labelled"
    )
    assert lines[1] == (
        "columns: id from id; image from file_name; text from text; labels from labels; "
        "kept as attributes: colour"
    )
    assert lines[2].startswith("first item: id 0000, image '...")
    assert lines[2].endswith(
        "0000000.jpg', text '10 of clubs card bordered', recreation/games/cards"
    )
    assert lines[3:] == ["130 good items, 0 problems"]


def test_check_names_bad_rows_and_ends_with_2(small: Path) -> None:
    with (small / "metadata.jsonl").open("a") as file:
        file.write('{"id": "x", "file_name": "gone.png", "text": "t", "labels": ["anmals"]}\n')
    result = run("check", small)
    assert result.exit_code == 2
    lines = result.output.splitlines()
    assert len(lines) == 6
    assert lines[0].startswith(f"{small / 'metadata.jsonl'}:131: image 'gone.png' does not exist")
    assert "did you mean" in lines[1]
    assert lines[-1] == "131 good items, 2 problems"
    found = json.loads(run("check", small, "--json").output)
    assert [problem["kind"] for problem in found["problems"]] == ["missing image", "unknown label"]


def test_check_against_another_tree(small: Path, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("name: other\ntree: [cats, dogs]\n")
    result = run("check", small, "--tree", tmp_path / "other.yaml")
    assert result.exit_code == 2
    assert "130 problems" in result.output


def test_import_and_split_and_stats(small: Path, tmp_path: Path) -> None:
    out, split = tmp_path / "out", tmp_path / "split.json"
    result = run("import", small, out)
    assert result.exit_code == 0, result.output
    assert "130 items" in result.output
    assert "exists already" in refusal("import", small, out)
    assert run("import", small, out, "--force").exit_code == 0
    # What a person made or added to is not an import's to replace, nor is the source itself.
    by_hand = tmp_path / "hand"
    shutil.copytree(out, by_hand)
    (by_hand / ".hierhash-import").unlink()
    assert "--force does not replace it" in refusal("import", small, by_hand, "--force")
    shutil.rmtree(by_hand)
    for place in (out, out / "below", out.parent):
        assert "is the source, above it or in it" in refusal("import", out, place, "--force")

    result = run("split", out, split, "--query", "20", "--train", "0.5")
    assert result.exit_code == 0, result.output
    assert "train 65 of 65, validation 10 of 10 (5 to tune, 5 to calibrate), query 20 of 20" in (
        result.output
    )
    assert "exists already" in refusal("split", out, split)
    assert run("split", out, split, "--force", "--json").exit_code == 0

    found = json.loads(run("stats", out, "--split", split, "--json").output)
    assert found["items"] == 130
    assert sum(found["parts"].values()) == 130
    text = run("stats", out).output
    assert "image and text: 130" in text
    assert "level 1 (area): 12 classes" in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "small", "split.json"]


def test_split_with_unseen_leaves(small: Path, tmp_path: Path) -> None:
    result = run("split", small, tmp_path / "s.json", "--unseen-leaves", 3)
    assert result.exit_code == 0, result.output
    assert len(json.loads((tmp_path / "s.json").read_text())["unseen_leaves"]) == 3


def test_table_with_options(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("name_of,kind\nred hat,Hats\n")
    result = run("stats", tmp_path / "t.csv", "-o", "text=name_of", "-o", "labels=kind")
    assert result.exit_code == 0, result.output
    assert "text only: 1" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", "nowhere"), "no such file or folder"),
        (("check", "sample", "--format", "sampel"), "did you mean 'sample'"),
        (("check", "synthetic", "-o", "n"), "write NAME=VALUE"),
        (("check", "synthetic", "-o", "n=many"), "not a number"),
        (("check", "synthetic", "-o", "m=3"), "has no option 'm'"),
        (("check", "sample", "--tree", "nowhere.yaml"), "nowhere.yaml"),
        (("split", "synthetic", "no/such/folder/s.json"), "its folder does not exist"),
        (("split", "synthetic", "s.json", "--query", "x"), "not a number of items"),
        (("split", "synthetic", "s.json", "--query", "2000"), "1000 there are"),
        (("split", "synthetic", "s.json", "--query", "-5"), "negative"),
        (("stats", "synthetic", "--split", "nowhere.json"), "cannot read the split file"),
        (("import", "synthetic", "no/such/out"), "its folder does not exist"),
    ],
)
def test_bad_input_is_one_line_and_code_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    said = refusal(*arguments)
    assert message in said
    assert "\n" not in said
    assert list(tmp_path.iterdir()) == []


def test_no_label_tree(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text\nred hat\n")
    assert "give one with --tree" in refusal("split", tmp_path / "t.csv", tmp_path / "s.json")


def test_module_is_light() -> None:
    code = (
        "import sys, hierhash.cli.data; "
        "heavy = {'torch', 'pandas', 'sklearn', 'networkx', 'numpy', 'PIL'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
