"""The command line takes a database where it takes a folder."""

from __future__ import annotations

import json

import pytest

from tests.cli.small_run import hierhash

LATER = "name: t\ntree: {Apparel: [Headwear, Shoes], Home: [Lamps, Beds]}\n"


def done(*words):
    said = hierhash(*words)
    assert said.code == 0, said.err
    return said.out


def refused(*words):
    said = hierhash(*words)
    assert (said.code, said.out) == (2, "")
    assert len(said.err.splitlines()) == 1
    return said.err


@pytest.fixture
def shop(new_name, trained):
    name = new_name()
    assert done("index", "copy", trained / "index", name) == f"{name}: 28 items, 16 bits each\n"
    return name


def test_a_search_says_what_a_folder_says(shop, trained):
    for words in (
        ("--text", "wear hats"),
        ("--text", "wear hats", "--under", "Home", "-k", "5"),
        ("--text", "wear hats", "--no-rescore", "--json"),
        ("--text", "number3 shoes", "--mode", "both", "-k", "4"),
    ):
        found, wanted = (hierhash("search", name, *words) for name in (shop, trained / "index"))
        if "both" in words:
            # Words are weighed in another way: the same items are found.
            assert sorted(ids(found.out)) == sorted(ids(wanted.out))
        else:
            assert found == wanted
    assert "number3" in done("search", shop, "--text", "number3", "--mode", "words", "-k", "1")


def ids(out):
    return [line.partition("[")[2].partition("]")[0] for line in out.splitlines() if "[" in line]


def test_items_are_added_removed_filed_and_copied_back(shop, trained, tmp_path):
    lines = [json.loads(x) for x in (trained / "shop" / "metadata.jsonl").read_text().splitlines()]
    new = tmp_path / "new.jsonl"
    rows = [
        {"id": f"n{at}", "text": x["text"], "labels": x["labels"]} for at, x in enumerate(lines[:5])
    ]
    rows[4]["labels"] = ["Wear/Nowhere"]
    new.write_text("".join(json.dumps(row) + "\n" for row in rows))
    modality = json.loads(done("index", "info", shop, "--json"))["modality"]
    said = hierhash("index", "add", shop, new, "--shard", "2")
    assert f"{shop}: 5 items added; 33 in all" in said.out, (said, modality)
    assert "1 kept without a label or a picture\n" in said.err
    assert "'n0', 'n1', 'n2', 'n3', 'n4' are there already; add --replace" in refused(
        "index", "add", shop, new
    )
    said = hierhash("index", "add", shop, new, "--replace")
    assert f"{shop}: 5 items added, 5 replaced; 33 in all" in said.out
    assert done("index", "remove", shop, "n4", "n3") == f"{shop}: 2 items removed; 31 in all\n"
    assert "'n4' is not there; nothing was removed" in refused("index", "remove", shop, "n0", "n4")
    (tmp_path / "later.yaml").write_text(LATER)
    (tmp_path / "map.csv").write_text(
        "old,new,kind\nWear,Apparel,renamed\nWear/Hats,Apparel/Headwear,renamed\n"
    )
    out = done("index", "relabel", shop, tmp_path / "later.yaml", "--map", tmp_path / "map.csv")
    assert "items have another path" in out
    assert "Apparel > Headwear" in done("search", shop, "--text", "hats", "--under", "Apparel")
    found = done("index", "accelerate", shop)
    assert found == f"{shop}: hnsw of 31 items; it finds 100.0% of the nearest\n"
    assert json.loads(done("index", "info", shop, "--json"))["graph"] is True
    assert "every item is looked at" in done("index", "accelerate", shop, "--by", "none")
    assert done("verify", shop) == f"{shop}: an index of 31 items, 16 bits, whole\n"
    done("index", "copy", shop, tmp_path / "back")
    assert "of 31 items" in done("verify", tmp_path / "back")
    words = ("--text", "hats", "--json")
    assert done("search", tmp_path / "back", *words) == done("search", shop, *words)


def test_what_only_one_of_them_can_is_one_line(shop, trained, tmp_path):
    assert "exists already" in refused("index", "copy", trained / "index", shop)
    assert "exists already" in refused("index", "copy", shop, trained / "index")
    assert "only for folders" in refused("index", "compact", shop)
    assert "--by ivf: only for folders" in refused("index", "accelerate", shop, "--by", "ivf")
    assert "no such index" in refused("search", f"{shop}x", "--text", "hats")
    assert "no such index" in refused("verify", f"{shop}x")
    assert "no server has its data" in refused("index", "info", f"pgserver:{tmp_path / 'no'}")


@pytest.mark.parametrize("name", ["postgresql://u:geheim@host/db#x", "pgserver:pg#x"])
def test_what_writes_folders_refuses_databases_and_shows_no_password(trained, name):
    for words in (
        ("encode", trained / "run", trained / "shop"),
        ("index", "build", trained / "run"),
    ):
        said = hierhash(*words, name)
        assert (said.code, said.err.count("\n")) == (2, 1)
        assert "hierhash index copy" in said.err
        assert "geheim" not in said.err


def test_other_kinds_of_names_are_said(trained):
    for words in (("search", "mysql://h/db", "--text", "x"), ("index", "info", "mysql://h/db")):
        assert "mysql://: there is no such kind of index" in hierhash(*words).err
    said = hierhash("index", "copy", trained / "index", "mysql://h/db#x")
    assert (said.code, "no such kind" in said.err) == (2, True)
    said = hierhash("search", "pgserver:pg#public", "--text", "x")
    assert "is not public" in said.err
