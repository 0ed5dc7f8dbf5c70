"""What a search prints, for one query and for many."""

from __future__ import annotations

import io
import json
import re
import sys
from types import SimpleNamespace

import pytest

from tests.cli.small_run import hierhash


def answers(said):
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_a_line_holds_score_distance_path_id_text_and_picture(trained):
    said = hierhash("search", trained / "index", "--text", "hats", "-k", "2")
    first = answers(hierhash("search", trained / "index", "--text", "hats", "-k", "2", "--json"))[0]
    bits = f"{first['distance']} bit{'' if first['distance'] == 1 else 's'}"
    understood, line, _ = said.out.splitlines()
    assert understood.startswith("understood: ")
    item = first["item"]
    for part in (f"{first['score']:.2f}", bits, "Wear > Hats", item["id"], item["text"]):
        assert part in line
    assert line.endswith(item["image"])
    plain = hierhash("search", trained / "index", "--text", "hats", "-k", "28", "--no-rescore")
    distances = [int(line.split()[1]) for line in plain.out.splitlines()[1:]]
    assert distances == sorted(distances)
    assert len(distances) == 28


def test_many_queries_from_a_file_and_from_standard_input(trained, tmp_path, monkeypatch):
    texts = ["hats", "shoes number1", "beds"]
    (tmp_path / "q.txt").write_text("\ufeff" + "\n".join(texts) + "\n\n", encoding="utf-8")
    one_by_one = [
        answers(hierhash("search", trained / "index", "--text", text, "--json", "-k", "3"))
        for text in texts
    ]
    said = hierhash("search", trained / "index", "--queries", tmp_path / "q.txt", "--json", "-k", 3)
    assert said.code == 0, said.err
    found = [json.loads(line) for line in said.out.splitlines()]
    assert [(one["query"], one["hits"]) for one in found] == list(
        zip(texts, one_by_one, strict=True)
    )
    assert found[0]["understood"][0]["node"] == ["Wear", "Hats"]
    stream = SimpleNamespace(buffer=io.BytesIO((tmp_path / "q.txt").read_bytes()))
    monkeypatch.setattr(sys, "stdin", stream)
    piped = hierhash("search", trained / "index", "--queries", "-", "--json", "-k", 3)
    assert piped.out == said.out
    shown = hierhash("search", trained / "index", "--queries", tmp_path / "q.txt", "-k", 1)
    assert [line for line in shown.out.splitlines() if line in texts] == texts


def test_a_query_that_says_nothing_does_not_stop_the_others(trained, tmp_path):
    (tmp_path / "q.txt").write_text("hats\nzzzz\nbeds\n")
    said = hierhash("search", trained / "index", "--queries", tmp_path / "q.txt", "--json")
    assert said.code == 2
    found = [json.loads(line) for line in said.out.splitlines()]
    answered = {"query", "understood", "notes", "hits"}
    assert [set(one) for one in found] == [answered, {"query", "error"}, answered]
    assert "no word of it is known" in found[1]["error"]
    said = hierhash("search", trained / "index", "--queries", tmp_path / "q.txt")
    assert said.err.startswith("error: text 'zzzz': no word of it is known")


@pytest.mark.parametrize("under", ["Wear/Hats", "wear/hats", "HATS", "Hats"])
def test_under_takes_any_case(trained, under):
    said = hierhash("search", trained / "index", "--text", "hats", "--under", under, "--json")
    hits = answers(said)
    assert len(hits) == 7
    assert all(hit["item"]["paths"] == [["Wear", "Hats"]] for hit in hits)


def test_under_says_when_nearer_items_lie_elsewhere(trained):
    words = ("search", trained / "index", "--text", "hats", "-k", "2")
    said = hierhash(*words, "--under", "Home")
    assert said.code == 0
    assert said.err.startswith("note: nearer items lie elsewhere: ")
    assert "under Wear/Hats" in said.err
    assert hierhash(*words, "--under", "Wear").err == ""


def test_bits_that_a_method_of_one_size_does_not_take_are_told(trained, tmp_path):
    own = (trained / "config.yaml").read_text().partition("model:")[0]
    (tmp_path / "c.yaml").write_text(f"method: bm25\n{own}")
    said = hierhash("train", tmp_path / "c.yaml", "--out", tmp_path / "run")
    assert said.code == 0, said.err
    built = hierhash("index", "build", tmp_path / "run", tmp_path / "index").out
    bits = int(re.search(r"items, (\d+) bits each$", built)[1])
    assert f"note: an item of bm25 has {bits:,} bits, not the 16 of bits\n" in said.err
    told = hierhash("verify", tmp_path / "run").out
    assert told.endswith(f"a run of bm25, {bits} bits, whole\n")
    (tmp_path / "c.yaml").write_text(f"method: bm25\n{own}".replace("bits: 16\n", ""))
    assert "note: " not in hierhash("train", tmp_path / "c.yaml", "--out", tmp_path / "two").err


def test_verify(trained, run_copy, index_copy):
    assert hierhash("verify", trained / "run").out.endswith("expected_tree_codes, 16 bits, whole\n")
    assert hierhash("verify", trained / "index").out.endswith("of 28 items, 16 bits, whole\n")
    assert hierhash("verify", trained / "shop").out.endswith("a catalogue of 40 items, whole\n")
    for folder, name in ((run_copy, "tree.yaml"), (index_copy, "items.jsonl")):
        whole = bytearray((folder / name).read_bytes())
        whole[5] ^= 1
        (folder / name).write_bytes(whole)
        said = hierhash("verify", folder)
        assert said.code == 2
        assert f"{folder / name}: damaged, or changed by hand" in said.err
    (index_copy / "codes.npy").unlink()
    said = hierhash("verify", index_copy)
    assert f"{index_copy / 'codes.npy'}: missing; build the index again" in said.err
    said = hierhash("verify", trained / "nowhere")
    assert said.err.endswith("nowhere: no such file or folder; check the path\n")


def test_verify_of_a_catalogue_with_a_broken_picture(shop_copy):
    (shop_copy / "3.png").write_bytes(b"not a picture")
    said = hierhash("verify", shop_copy)
    assert said.code == 2
    assert f"{shop_copy}: 1 problem; see them: hierhash data check {shop_copy}" in said.err


def test_the_version():
    said = hierhash("--version")
    assert said.code == 0
    assert said.out.startswith("hierhash 0.")


def test_evaluate_says_over_how_many_queries(run_copy):
    said = hierhash("evaluate", run_copy)
    assert "validation items against the database of 28 items" in said.out
    header, *rows = said.out.splitlines()[1:8]
    assert header.split()[0] == "queries"
    assert [row.split()[:2] for row in rows] == [
        [direction, "6"] for direction in ("i2t", "t2i", "i2i", "t2t", "i2m", "t2m")
    ]
    record = json.loads((run_copy / "validation.jsonl").read_text())
    assert {"cpu", "threads", "commit"} <= set(record["environment"])


def test_texts_of_an_index_do_not_steer_the_terminal(trained, shop_copy, tmp_path):
    lines = [json.loads(line) for line in (shop_copy / "metadata.jsonl").read_text().splitlines()]
    for line in lines:
        line["text"] += " \x1b]0;owned\x07"
    (shop_copy / "metadata.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert hierhash("encode", trained / "run", shop_copy, tmp_path / "codes").code == 0
    said = hierhash("search", tmp_path / "codes", "--text", "hats")
    assert "\x1b" not in said.out
    assert "\\x1b]0;owned\\x07" in said.out
