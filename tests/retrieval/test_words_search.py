"""Items by the words of their texts, ids and columns."""

from __future__ import annotations

import json
import random
import shutil

import numpy as np
import pytest

from hierhash.labels import LabelTree
from hierhash.retrieval.conditions import Below
from hierhash.retrieval.filed import Filed
from hierhash.retrieval.words_search import FUSED, WordsSearch, fused, parted, said_of
from tests.cli.small_run import hierhash

TEXTS = ["red dress", "Blue dress, AB-12/7", "hat (grey)", "red hat", "dress dress dress", ""]


def test_rare_words_count_more_and_punctuation_parts_words():
    words = WordsSearch(TEXTS)
    assert next(row for row, _ in words.search("ab-12 dress", 9)) == 1
    assert {row for row, _ in words.search("DRESS!", 9)} == {0, 1, 4}
    assert words.search("grey hat", 1)[0][0] == 2
    assert words.search('red AND "hat" (', 9)[0][0] == 3  # no query language
    for nothing in ("", "???", "trousers"):
        assert words.search(nothing, 9) == []


def test_equal_scores_come_by_row_and_a_filter_returns_all_there_are():
    words = WordsSearch(["same words"] * 500)
    assert [row for row, _ in words.search("words", 20)] == list(range(20))
    rows = np.arange(300, 500, 3)
    found = words.search("words", 500, rows)
    assert [row for row, _ in found] == rows.tolist()
    assert words.search("words", 3, rows[:0]) == []
    assert WordsSearch([]).search("words", 3) == []


def test_answers_below_nodes_are_all_there_are():
    tree = LabelTree.from_nested({"Wear": ["Hats", "Shoes"], "Home": []}, name="t")
    own = random.Random(0)
    nodes = [["Wear"], ["Hats"], ["Shoes", "Home"], ["Home"], []]
    labels = [own.choice(nodes) for _ in range(400)]
    texts = [" ".join(own.choices(["w0", "w1", "w2", "w3"], k=own.randint(0, 9))) for _ in labels]
    words = WordsSearch(texts, {"category": Filed(tree, tree.encode(labels))})
    every = words.search("w0 w3", 400)
    assert [row for row, _ in every] == sorted(
        dict(every), key=lambda row: (-dict(every)[row], row)
    )
    below = {
        Below("category", ("Wear",)): {"Wear", "Hats", "Shoes"},
        Below("category", ("Wear", "Hats")): {"Hats"},
        Below("category", ("Home",), unknown=True): {"Home", None},
    }
    some = np.arange(0, 400, 3)
    for one, names in below.items():
        kept = [own for own in every if set(labels[own[0]] or [None]) & names]
        for k in (1, 7, 400):
            assert words.search("w0 w3", k, below=[one]) == kept[:k]
            assert words.search("w0 w3", k, some, [one]) == [a for a in kept if a[0] % 3 == 0][:k]


def test_ids_and_columns_are_words_too():
    item = {"id": "SKU-77", "text": None, "attributes": {"brand": "Puma"}}
    words = WordsSearch([said_of(item), "other"])
    assert words.search("puma", 1)[0][0] == words.search("sku-77", 1)[0][0] == 0


def fuse(one, two):
    rows, scores = fused(parted(one), parted(two))
    return list(zip(rows.tolist(), scores.tolist(), strict=True))


def test_fusion_is_the_sum_of_reciprocal_ranks():
    one, two = [(0, 9.0), (1, 8.0), (2, 7.0)], [(2, 5.0), (3, 4.0)]
    found = fuse(one, two)
    top = FUSED + 1
    expected = {0: 1.0, 1: top / (FUSED + 2), 3: top / (FUSED + 2), 2: top / (FUSED + 3) + 1}
    assert dict(found) == pytest.approx(expected)
    assert [row for row, _ in found] == [2, 0, 1, 3]


def test_equal_ones_share_a_rank():
    codes = [(row, 0.5) for row in (4, 5, 6)]
    assert [row for row, _ in fuse(codes, [(6, 2.0)])] == [6, 4, 5]
    scores = dict(fuse([(1, -1.0), (2, -1.0), (3, -2.0)], []))
    assert scores == pytest.approx({1: 1.0, 2: 1.0, 3: 61 / 63})


@pytest.fixture(scope="module")
def index(trained, tmp_path_factory):
    """The index, and an item that says a word that training never saw."""
    home = tmp_path_factory.mktemp("words")
    folder = shutil.copytree(trained / "index", home / "index")
    new = home / "new.jsonl"
    rows = [
        {"id": "gx-5", "text": "hats galaxy", "labels": ["Wear/Hats"]},
        {"id": "n2", "text": "shoes galaxy", "labels": ["Wear/Shoes"]},
    ]
    new.write_text("".join(json.dumps(row) + "\n" for row in rows))
    said = hierhash("index", "add", folder, new)
    assert said.code == 0, said.err
    return folder


def ids(said):
    assert said.code == 0, said.err
    return [hit["item"]["id"] for hit in json.loads(said.out)]


def test_a_text_that_codes_do_not_know_is_found_by_its_words(index):
    words = ("search", index, "--text", "galaxy", "--json")
    assert sorted(ids(hierhash(*words))) == ["gx-5", "n2"]
    assert "found by the words of texts" in hierhash(*words).err
    assert ids(hierhash(*words, "--under", "Shoes")) == ["n2"]
    said = hierhash("search", index, "--text", "qqqq")
    assert (said.code, said.out) == (2, "")
    assert "no word of it is known, training saw it once or never" in said.err


def test_words_alone_and_both(index):
    said = hierhash("search", index, "--text", "GX-5", "--mode", "words", "--json")
    assert ids(said)[0] == "gx-5"
    said = hierhash(
        "search", index, "--text", "shoes galaxy", "--mode", "both", "--json", "-k", "3"
    )
    assert ids(said)[0] == "n2"
    said = hierhash("search", index, "--text", "qqqq", "--mode", "words")
    assert (said.code, said.out) == (2, "")
    assert "no item has a word of it; use other words" in said.err
    said = hierhash("search", index, "--text", "shoes", "--mode", "words")
    assert "bit" not in said.out
    assert "Wear > Shoes" in said.out
