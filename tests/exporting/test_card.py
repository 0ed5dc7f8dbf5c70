"""The card says what files and data say, and its snippets run as they stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hierhash.data.split.split import read_split_file
from hierhash.exporting.agreement import Agreement
from hierhash.exporting.card import model_card
from hierhash.exporting.known_data import known_data
from hierhash.runs.saved import load_run
from tests.cli.small_run import hierhash

PARTS = {
    "train": "training",
    "validation": "validation",
    "query": "queries",
    "database_only": "database only",
}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def card(exports):
    return (exports / "export" / "README.md").read_text()


def test_it_says_what_was_trained_on_what(card, exports):
    assert card.startswith("# expected_tree_codes, 24 bits, imagefolder\n")
    assert "16 bits of category, 8 bits of colour" in card
    split = read_split_file(exports / "run" / "splits.json")
    sizes = [f"{word} {len(split[part])}" for part, word in PARTS.items()]
    assert f"| items | {', '.join(sizes)} |" in card
    assert "| licence | not stated |" in card
    assert "| category | 2 | 6 | 4 | Wear, Home |" in card
    assert "| colour | 1 | 2 | 2 | " in card
    assert re.search(r"\| time \| \d+ s \|", card)
    assert re.search(r"4 of 4 classes have fewer than 20 training items: Hats \(\d+\)", card)
    assert "| model.training.lr | 0.02 |" in card


def test_a_run_that_was_not_scored_says_how_to_do_it(card):
    assert "Not scored on its validation items; `hierhash evaluate RUN` does so." in card
    assert "Not scored on its query items; `hierhash evaluate RUN --final` does so." in card


def test_scores_are_those_of_the_run(exports, tmp_path):
    run = shutil.copytree(exports / "run", tmp_path / "run")
    said = hierhash("evaluate", run, "--json")
    assert said.code == 0, said.err
    saved = load_run(run)
    card = model_card(saved, known_data(saved), Agreement("items"), exports / "export")
    assert "|  | items | map_leaf | map_leaf_macro | hap | ndcg@100 | colour_map |" in card
    scores = json.loads(said.out)["scores"]["i2t"]
    assert f"| i2t | {scores['n']} | {scores['map_leaf']:.3f} |" in card
    assert "Not scored on its validation" not in card
    assert "Not scored on its query items" in card


def test_its_three_snippets_run(card, exports, tmp_path):
    folder = shutil.copytree(exports / "export", tmp_path / "export")
    shutil.copytree(exports / "shop", folder / "items")
    shutil.copyfile(exports / "shop" / "0.png", folder / "picture.jpg")
    snippets = re.findall(r"```(python|sh)\n(.*?)```", card, re.DOTALL)
    assert [language for language, _ in snippets] == ["python", "sh", "python"]
    command = f"{sys.executable} -m hierhash.cli.main"
    about = os.environ | {"PYTHONPATH": str(ROOT)}
    found = []
    for language, text in snippets:
        words = [sys.executable, "-c", text]
        if language == "sh":
            words = ["sh", "-ec", re.sub("^hierhash", command, text, flags=re.MULTILINE)]
        said = subprocess.run(
            words, cwd=folder, env=about, capture_output=True, text=True, check=False
        )
        assert said.returncode == 0, said.stderr
        found.append(said.stdout)
    by_hand, by_commands, by_python = found
    assert len(by_hand.strip()) == 6  # three bytes
    assert "Wear > Hats" in by_commands or "Wear > Shoes" in by_commands
    assert by_python


def test_the_ten_lines_of_the_docs_find_the_picture_itself(exports, tmp_path):
    text = (ROOT / "docs" / "export.md").read_text()
    [block] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    shutil.copytree(exports / "export", tmp_path / "shop.export")
    words = ("encode", exports / "export", exports / "shop", tmp_path / "shop.index")
    said = hierhash(*words, "--modality", "image")
    assert said.code == 0, said.err
    shutil.copyfile(exports / "shop" / "5.png", tmp_path / "shoe.jpg")
    found = subprocess.run(
        [sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    nearest = [int(one) for one in re.findall(r"\d+", found.stdout)]
    assert len(nearest) == 10
    assert all(one % 4 == 1 for one in nearest[:5])  # of its class
