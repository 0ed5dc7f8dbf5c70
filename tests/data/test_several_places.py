"""A class below two parents gives its items both paths, wherever labels are read."""

from __future__ import annotations

import json

import pytest

from hierhash.data.check import check
from hierhash.data.sources import detect, read
from hierhash.labels.tree import LabelTree
from tests.cli.small_run import hierhash

NODES = {"A": [{"name": "Shoe", "id": "s1"}], "B": [{"name": "Shoe", "id": "s1"}, "Hat"]}


@pytest.fixture
def shop(tmp_path):
    LabelTree.from_nested(NODES, name="t").to_yaml(tmp_path / "tree.yaml")
    rows = [
        {"id": "1", "text": "a shoe", "labels": ["s1"]},
        {"id": "2", "text": "hat", "labels": ["Hat"]},
    ]
    (tmp_path / "shop.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def test_an_id_of_several_places_is_a_good_label(shop):
    tree = LabelTree.from_yaml(shop / "tree.yaml")
    catalogue = read(detect(shop / "shop.jsonl"), shop / "shop.jsonl")
    assert check(catalogue, tree).problems == []
    assert tree.encode(catalogue.labels).counts.tolist() == [2, 1]


def test_an_import_writes_all_its_paths(shop):
    said = hierhash(
        "data", "import", shop / "shop.jsonl", shop / "out", "--tree", shop / "tree.yaml"
    )
    assert said.code == 0, said.err
    lines = [
        json.loads(line) for line in (shop / "out" / "metadata.jsonl").read_text().splitlines()
    ]
    assert lines[0]["labels"] == ["A/Shoe", "B/Shoe"]
