"""A run with facets from the command line: train, score, index, search."""

from __future__ import annotations

import json

import numpy as np
import pytest
import yaml

from hierhash.answering.session import Session
from hierhash.api import load_index
from hierhash.errors import InputError
from hierhash.retrieval.open_store import open_store
from tests.cli.facet_run import facet_run
from tests.cli.small_run import contents, hierhash, refusal


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return facet_run(tmp_path_factory.mktemp("facets"))


def search(shop, *words):
    said = hierhash("search", shop / "index", *words)
    assert said.code == 0, said.err
    return said


def test_a_text_finds_its_class_in_its_colour_and_says_what_it_understood(shop):
    said = search(shop, "--text", "hats red", "-k", "3")
    first, *hits = said.out.splitlines()
    assert first.startswith("understood: Wear > Hats (")
    assert ", colour red (" in first
    assert all("Wear > Hats" in hit for hit in hits)
    assert "red" in hits[0]


def test_items_of_another_known_value_are_left_out_unless_asked_for(shop):
    query = ("--text", "hats red", "--json", "-k", "60")
    kept = json.loads(search(shop, *query).out)
    assert {hit["item"].get("attributes", {}).get("colour") for hit in kept} <= {"red", None}
    everything = json.loads(search(shop, *query, "--no-filter").out)
    assert len(everything) > len(kept)


def test_a_value_that_no_item_has_leaves_the_nearest_others(shop, tmp_path):
    lines = [json.loads(one) for one in (shop / "shop" / "metadata.jsonl").read_text().splitlines()]
    red = [item for item in lines if item.get("colour") == "red"]
    table = tmp_path / "red.jsonl"
    table.write_text("".join(json.dumps({**one, "file_name": None}) + "\n" for one in red))
    words = ("encode", shop / "run", table, tmp_path / "index", "--modality", "text")
    said = hierhash(*words)
    assert said.code == 0, said.err
    said = hierhash("search", tmp_path / "index", "--text", "shoes blue", "-k", "3")
    understood, *hits = said.out.splitlines()
    assert ", colour blue (" in understood
    assert len(hits) == 3


def test_a_facet_of_a_tree_file_is_read_anew_from_the_run(shop, tmp_path, monkeypatch):
    (tmp_path / "colours.yaml").write_text("name: c\ntree: {warm: [red], cold: [blue]}\n")
    config = yaml.safe_load((shop / "config.yaml").read_text())
    config["facets"] = {"colour": {"column": "colour", "tree": "colours.yaml", "bits": 8}}
    config["model"]["training"]["epochs"] = 1
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(config))
    monkeypatch.chdir(tmp_path)
    assert hierhash("train", "c.yaml", "--out", "run").code == 0
    monkeypatch.chdir(shop)
    again = hierhash("train", tmp_path / "run" / "config.yaml", "--out", tmp_path / "again")
    assert again.code == 0, again.err
    (tmp_path / "colours.yaml").unlink()
    assert hierhash("evaluate", tmp_path / "run").code == 0
    words = ("index", "build", tmp_path / "run", tmp_path / "index", "--modality", "text")
    assert hierhash(*words).code == 0
    found = hierhash(
        "search", tmp_path / "index", "--text", "hats", "--json", "--where", "colour=warm"
    )
    assert {hit["item"]["attributes"]["colour"] for hit in json.loads(found.out)} == {"red"}


def test_a_run_with_facets_is_not_extended(shop, tmp_path):
    words = ("extend", shop / "run", shop / "shop", "--tree", shop / "shop" / "tree.yaml")
    assert "a run with facets cannot learn new leaves" in refusal(tmp_path, *words, "--out", "o")


def test_where_keeps_what_is_known_to_be_so(shop):
    words = ("--text", "hats", "--json", "-k", "60", "--where", "colour=Blue", "--where", "size=m")
    found = [hit["item"]["attributes"] for hit in json.loads(search(shop, *words).out)]
    assert found
    assert all((one["colour"], one["size"]) == ("blue", "M") for one in found)


def test_a_condition_of_ones_own_beats_what_was_understood(shop):
    words = ("--text", "hats red", "--json", "-k", "5", "--where", "colour=blue")
    found = json.loads(search(shop, *words).out)
    assert {hit["item"]["attributes"]["colour"] for hit in found} == {"blue"}


def test_scores_of_the_facets_stand_beside_the_categorys(shop):
    said = hierhash("evaluate", shop / "run", "--json")
    assert said.code == 0, said.err
    scores = json.loads(said.out)["scores"]["t2i"]
    assert {"map_leaf", "joint@10", "joint_n", "colour_map"} <= set(scores)
    assert "joint@10" in hierhash("evaluate", shop / "run").out


def test_codes_are_those_of_the_category_and_then_the_facets(shop):
    said = hierhash("index", "info", shop / "index", "--json")
    assert json.loads(said.out)["segments"] == {"category": 16, "colour": 8}
    assert np.load(shop / "index" / "codes.npy").shape[1] == 3
    assert hierhash("verify", shop / "index").code == 0
    assert hierhash("verify", shop / "run").code == 0


def test_it_can_be_trained_anew_from_its_own_config(shop, tmp_path):
    said = hierhash("train", shop / "run" / "config.yaml", "--out", tmp_path / "again")
    assert said.code == 0, said.err
    names = {name for name in contents(tmp_path / "again") if name.startswith("facet.")}
    assert names == {"facet.colour.yaml"}


WRONG = {
    "colour: {column: colur, bits: 8}": "has no column 'colur'; did you mean 'colour'?",
    "colour: {column: colour, bits: 12}": "codes are whole bytes",
    "colour: {column: colour, min_count: 99}": "no values with 99 or more training items",
    "category: {column: colour}": "is no name of a facet",
    "colour: {bits: 8}": "facets.colour.column: is missing",
    "colour: {column: colour, bit: 8}": "unknown key 'facets.colour.bit'; did you mean 'bits'?",
    "colour: {column: colour, tree: nowhere.yaml}": "nowhere.yaml",
}


@pytest.mark.parametrize("facets", WRONG)
def test_a_wrong_facet_is_refused_in_a_line(shop, tmp_path, facets):
    config = yaml.safe_load((shop / "config.yaml").read_text())
    config["facets"] = yaml.safe_load(facets)
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(config))
    assert WRONG[facets] in refusal(tmp_path, "train", "c.yaml", "--out", "run")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("colour", "is not NAME=VALUE"),
        ("colour=bleu", "colour: no value 'bleu'; did you mean 'blue'?"),
        ("sise=M", "no facet or column 'sise'; did you mean 'size'?"),
        ("size=XXL", "size: no item has 'XXL'"),
    ],
)
def test_a_wrong_condition_is_refused_in_a_line(shop, tmp_path, condition, said):
    words = ("search", shop / "index", "--text", "hats", "--where", condition)
    assert said in refusal(tmp_path, *words)


def test_a_notebook_keeps_to_known_values(shop):
    index = load_index(shop / "index")
    found = index.search("hats", k=60, where=["colour=blue", "size=M"])
    assert found
    attributes = [hit.item["attributes"] for hit in found]
    assert {(one["colour"], one["size"]) for one in attributes} == {("blue", "M")}
    with pytest.raises(InputError, match="no facet or column 'sise'"):
        index.search("hats", where=["sise=M"])


def test_values_are_proposed_where_the_catalogue_says_none(shop, tmp_path):
    out = tmp_path / "open.csv"
    words = ("predict", shop / "run", "--source", shop / "shop", "--fill", "--out", out)
    said = hierhash(*words, "--risk", "0.5")
    assert said.code == 0, said.err
    rows = [line.split(",") for line in out.read_text().splitlines()[1:]]
    lines = [json.loads(one) for one in (shop / "shop" / "metadata.jsonl").read_text().splitlines()]
    silent = {item["id"]: item["text"] for item in lines if "colour" not in item}
    assert rows
    for item, tree, known, proposed, _ in rows:
        assert (tree, known) == ("colour", "")
        assert silent[item].endswith(proposed)


def test_a_segment_counts_as_much_as_is_asked(shop):
    query = ("--text", "hats red", "--no-filter", "--json", "-k", "60", "--mode", "code")
    plain = {hit["item"]["id"]: hit["score"] for hit in json.loads(search(shop, *query).out)}
    found = {
        weight: {
            hit["item"]["id"]: hit["score"]
            for hit in json.loads(search(shop, *query, "--weigh", f"colour={weight}").out)
        }
        for weight in (0, 3)
    }
    for item, score in plain.items():
        colour = score - found[0][item]
        assert 3 * found[3][item] == pytest.approx(found[0][item] + 3 * colour, abs=1e-3)
    assert len({round(score, 4) for score in found[0].values()}) < len(
        {round(score, 4) for score in plain.values()}
    )


def test_a_notebook_weighs_as_the_command_does(shop):
    index = load_index(shop / "index")
    hits = index.search("hats red", k=60, weigh={"colour": 0})
    told = json.loads(
        search(
            shop, "--text", "hats red", "--no-filter", "--json", "-k", "60", "--weigh", "colour=0"
        ).out
    )
    assert [hit.item["id"] for hit in hits] == [hit["item"]["id"] for hit in told]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("color=2", "no segment 'color'; did you mean 'colour'?"),
        ("colour", "write colour=NUMBER"),
        ("colour=-1", "write colour=NUMBER"),
        ("colour=inf", "write colour=NUMBER"),
    ],
)
def test_a_wrong_weight_is_refused(shop, asked, words):
    said = hierhash("search", shop / "index", "--text", "hats", "--weigh", asked)
    assert said.code == 2
    assert words in said.err


def test_distances_are_not_weighed(shop):
    words = ("--text", "hats", "--weigh", "colour=2", "--no-rescore")
    said = hierhash("search", shop / "index", *words)
    assert said.code == 2
    assert "leave --no-rescore away" in said.err


def test_a_value_that_is_said_counts_whatever_the_network_thinks(shop):
    for colour in ("red", "blue"):
        said = search(shop, "--text", f"hats {colour}", "-k", "3")
        assert f"colour {colour} (0.99)" in said.out.splitlines()[0]


def test_a_value_that_is_asked_for_sets_what_was_understood_aside(shop):
    words = ("--text", "hats red", "--where", "colour=blue", "-k", "40")
    told = search(shop, *words)
    assert "colour" not in told.out.splitlines()[0]
    hits = json.loads(search(shop, *words, "--json").out)
    assert {hit["item"]["attributes"]["colour"] for hit in hits} == {"blue"}
    # The colour of the text does not order them either.
    plain = json.loads(search(shop, *words, "--json", "--weigh", "colour=0").out)
    assert [hit["item"]["id"] for hit in hits] == [hit["item"]["id"] for hit in plain]


def test_a_segment_that_counts_nothing_filters_nothing(shop):
    hits = json.loads(
        search(shop, "--text", "hats red", "--json", "-k", "60", "--weigh", "colour=0").out
    )
    assert len({hit["item"].get("attributes", {}).get("colour") for hit in hits}) > 1


def test_nearer_items_that_a_filter_leaves_out_are_told(shop):
    said = search(shop, "--text", "hats", "-k", "3", "--where", "colour=red")
    assert "nearer items of another value" not in said.err


def test_a_value_beside_a_picture_leaves_the_category_to_the_picture(shop):
    picture = next((shop / "shop").glob("*.png"))
    alone = search(shop, "--image", picture, "-k", "1").out.splitlines()[0]
    both = search(shop, "--image", picture, "--text", "blue", "-k", "3").out.splitlines()[0]
    assert "colour blue (0.99)" in both
    category = alone.removeprefix("understood: ").partition(", colour")[0]
    if not category.startswith("colour"):
        assert category in both


def test_a_column_that_is_called_category_does_not_hide_what_was_understood(shop):
    plain = search(shop, "--text", "hats", "-k", "1").out.splitlines()[0]
    said = hierhash("search", shop / "index", "--text", "hats", "-k", "1", "--where", "size=m")
    assert said.out.splitlines()[0] == plain
    session = Session(open_store(str(shop / "index")))
    assert session.wish(where=["size=m"]).asked == frozenset()
