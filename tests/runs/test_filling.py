"""Proposals for what a catalogue leaves open."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from hierhash.labels.tree import LabelTree
from hierhash.runs.filling import proposals
from tests.cli.small_run import hierhash

TREE = LabelTree.from_paths([("Top", "Shirt"), ("Top", "Coat"), ("Shoes", "Boot")])
SHIRT, COAT, BOOT = (
    TREE.leaves.index(path) for path in (("Top", "Shirt"), ("Top", "Coat"), ("Shoes", "Boot"))
)


def chances(shirt, coat, boot):
    row = np.zeros(3)
    row[[SHIRT, COAT, BOOT]] = shirt, coat, boot
    return row


def proposed(known, row, needed=0.5, open_=True):
    found = proposals(
        "category",
        TREE,
        TREE.encode([known]),
        row[None],
        np.array([needed]),
        np.array([open_]),
    )
    return [(one.known, one.proposed, round(one.confidence, 6)) for one in found]


def test_an_item_without_a_label_is_proposed_the_deepest_node_that_is_likely_enough():
    row = chances(0.5, 0.4, 0.1)
    assert proposed([], row, 0.5) == [((), ("Top", "Shirt"), 0.5)]
    assert proposed([], row, 0.6) == [((), ("Top",), 0.9)]
    assert proposed([], row, 0.95) == []


def test_only_nodes_below_what_is_known_are_proposed_and_only_likely_ones():
    row = chances(0.03, 0.57, 0.4)
    assert proposed([("Top",)], row) == [(("Top",), ("Top", "Coat"), 0.57)]
    assert proposed([("Top",)], row, 0.6) == []
    assert proposed([("Top",)], chances(0.03, 0.07, 0.9)) == []


def test_a_leaf_an_only_child_and_who_is_not_open_are_left_alone():
    row = chances(0.03, 0.07, 0.9)
    assert proposed([("Top", "Shirt")], row) == []
    assert proposed([("Shoes",)], row) == []
    assert proposed([], row, open_=False) == []


@pytest.fixture
def opened(trained, shop_copy):
    """The shop with the label of one item cut to its parent and that of another taken away."""
    file = shop_copy / "metadata.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    whole = lines[0]["labels"][0]
    lines[0]["labels"] = [whole.rsplit("/", 1)[0]]
    lines[1]["labels"] = []
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return shop_copy, lines[0]["id"], lines[1]["id"]


def test_a_source_is_filled_where_it_is_open_alone(trained, opened, tmp_path):
    shop, coarse, missing = opened
    out = tmp_path / "open.csv"
    words = ("predict", trained / "run", "--source", shop, "--fill", "--out", out, "--risk", "0.9")
    said = hierhash(*words)
    assert said.code == 0, said.err
    rows = list(csv.DictReader(out.open()))
    assert f"{len(rows)} proposals for" in said.out
    assert {row["id"] for row in rows} <= {coarse, missing}
    for row in rows:
        assert row["tree"] == "category"
        assert row["proposed"].startswith(row["known"])
        assert len(row["proposed"]) > len(row["known"])
        assert 0 < float(row["confidence"]) <= 1


def test_fill_reads_a_source(trained):
    said = hierhash("predict", trained / "run", "--text", "hats", "--fill")
    assert said.code == 2
    assert "--fill reads a source" in said.err
