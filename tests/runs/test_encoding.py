"""Encoding goes on where it was stopped, and leaves out what cannot be read."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time

import pytest

from hierhash.data.sources import detect, read
from hierhash.errors import RunError
from hierhash.retrieval import changing
from hierhash.retrieval.load_index import load_index
from hierhash.runs import encoding
from hierhash.runs.encoding import add_to_index, encode_to_index, rejected
from hierhash.runs.saved import SavedRun, load_run
from tests.cli.small_run import hierhash


@pytest.fixture(scope="module")
def saved(trained):
    return load_run(trained / "run")


@pytest.fixture
def shop(trained, tmp_path):
    folder = shutil.copytree(trained / "shop", tmp_path / "shop")
    return read(detect(folder), folder)


class Stop(Exception):
    """What ends an encoding, as a power cut would."""


def stopped(monkeypatch, saved, shop, folder, shards, modality=None):
    """Encodes so many shards of eight items and is stopped."""
    real, count = changing.Writer.add, [0]

    def add(self, new, replacing=False):
        if count[0] == shards:
            raise Stop
        count[0] += 1
        return real(self, new, replacing)

    with monkeypatch.context() as patched:
        patched.setattr(changing.Writer, "add", add)
        with pytest.raises(Stop):
            encode_to_index(saved, shop, folder, modality, shard=8)


@pytest.mark.parametrize("shards", [0, 1, 3])
def test_what_is_done_is_not_done_again(monkeypatch, saved, shop, tmp_path, shards):
    whole, folder = tmp_path / "whole", tmp_path / "index"
    assert encode_to_index(saved, shop, whole).added == 40
    stopped(monkeypatch, saved, shop, folder, shards)
    assert len(load_index(folder)) == 8 * shards
    assert hierhash("verify", folder).code == 2
    said = hierhash("search", folder, "--text", "hats", "-k", "1")
    assert "its encoding has not ended" in said.err
    found = encode_to_index(saved, shop, folder, shard=8)
    assert (found.found, found.added) == (8 * shards, 40 - 8 * shards)
    assert (folder / "codes.npy").read_bytes() == (whole / "codes.npy").read_bytes()
    assert (folder / "items.jsonl").read_bytes() == (whole / "items.jsonl").read_bytes()
    assert not (folder / "encoding.json").exists()
    assert hierhash("verify", folder).code == 0


def test_a_compaction_in_between_does_not_end_it(monkeypatch, saved, shop, tmp_path):
    folder = tmp_path / "index"
    stopped(monkeypatch, saved, shop, folder, 2)
    changing.compact(folder)
    assert encode_to_index(saved, shop, folder).added == 24


def test_other_items_another_run_or_a_finished_index_are_refused(
    monkeypatch, saved, shop, tmp_path
):
    folder = tmp_path / "index"
    stopped(monkeypatch, saved, shop, folder, 1)
    with pytest.raises(RunError, match="was begun with another run, modality or other items"):
        encode_to_index(saved, shop.subset(range(30)), folder)
    with pytest.raises(RunError, match="was begun with another run, modality or other items"):
        encode_to_index(saved, shop, folder, "text")
    encode_to_index(saved, shop, folder)
    with pytest.raises(RunError, match="exists already; choose another name"):
        encode_to_index(saved, shop, folder)
    (tmp_path / "mine").mkdir()
    with pytest.raises(RunError, match="exists already; choose another name"):
        encode_to_index(saved, shop, tmp_path / "mine")
    assert len(load_index(folder)) == 40


def test_another_process_that_changes_it_harms_nothing(monkeypatch, saved, shop, tmp_path):
    folder = tmp_path / "index"
    stopped(monkeypatch, saved, shop, folder, 1)
    with changing.writing(folder), pytest.raises(RunError, match="another process changes"):
        encode_to_index(saved, shop, folder)
    assert len(load_index(folder)) == 8
    assert encode_to_index(saved, shop, folder).found == 8


def test_nothing_is_left_where_the_run_cannot_read_the_items(monkeypatch, saved, shop, tmp_path):
    def refuse(*_):
        raise RunError("it reads no pictures")

    monkeypatch.setattr(SavedRun, "fitting", refuse)
    with pytest.raises(RunError, match="it reads no pictures"):
        encode_to_index(saved, shop, tmp_path / "index")
    assert not (tmp_path / "index").exists()


def test_a_mended_picture_is_taken_when_it_goes_on(monkeypatch, saved, shop, tmp_path):
    picture = tmp_path / "shop" / "1.png"
    good = picture.read_bytes()
    picture.write_bytes(b"")
    folder = tmp_path / "index"
    stopped(monkeypatch, saved, shop, folder, 1, "image")
    assert [(line["id"], line["kept"]) for line in rejected(folder)] == [("i1", False)]
    assert len(load_index(folder)) == 7
    picture.write_bytes(good)
    assert encode_to_index(saved, shop, folder, "image").rejected == []
    assert len(load_index(folder)) == 40


def test_what_was_said_of_kept_items_outlives_a_stop(monkeypatch, saved, shop, tmp_path):
    (tmp_path / "shop" / "1.png").write_bytes(b"")
    (tmp_path / "shop" / "30.png").write_bytes(b"")
    whole = encode_to_index(saved, shop, tmp_path / "whole", shard=8).rejected
    assert [(line["id"], line["kept"]) for line in whole] == [("i1", True), ("i30", True)]
    stopped(monkeypatch, saved, shop, tmp_path / "index", 2)
    assert encode_to_index(saved, shop, tmp_path / "index", shard=8).rejected == whole
    assert rejected(tmp_path / "index") == whole


def test_an_item_is_kept_by_what_can_be_read(saved, shop, tmp_path):
    (tmp_path / "shop" / "1.png").write_bytes(b"")
    shop.labels[2] = (*shop.labels[2], "Nowhere")
    shop.labels[3] = ("Nowhere",)
    folder = tmp_path / "index"
    found = encode_to_index(saved, shop, folder)
    index = load_index(folder)
    assert index.ids == shop.ids
    assert {line["id"] for line in found.rejected} == {shop.ids[1], shop.ids[2], shop.ids[3]}
    assert all(line["kept"] for line in found.rejected)
    text = saved.method.encode({"text": saved.text_rows([shop.texts[1]])}, "database").stored
    assert (index.codes[1] == text[0]).all()
    assert index.item(2)["paths"]
    assert index.item(3)["paths"] == []


def test_an_index_of_many_parts_is_written_whole_again(monkeypatch, saved, shop, tmp_path):
    monkeypatch.setattr(encoding, "MOST_PARTS", 2)
    folder = tmp_path / "index"
    encode_to_index(saved, shop.subset(range(10)), folder)
    found = add_to_index(saved, shop.subset(range(10, 20)), folder, shard=5)
    assert (found.added, found.found) == (10, 0)
    assert (folder / "changes.json").exists()
    found = add_to_index(saved, shop.subset(range(15, 25)), folder, replacing=True, shard=5)
    assert (found.added, found.found) == (10, 5)
    assert not (folder / "changes.json").exists()
    assert sorted(load_index(folder).ids) == sorted(shop.ids[:25])


@pytest.mark.parametrize("moments", [1, pytest.param(30, marks=pytest.mark.slow)])
def test_a_killed_encoding_goes_on_by_the_same_command(trained, shop, tmp_path, moments):
    words = [sys.executable, "-m", "hierhash.cli.main", "encode", str(trained / "run")]
    words += [str(tmp_path / "shop"), "", "--shard", "2"]
    for moment in range(moments):
        folder = tmp_path / f"index{moment}"
        words[-3] = str(folder)
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        until = time.monotonic() + 60
        wanted = 1 + moment % 18
        while time.monotonic() < until and process.poll() is None:
            parts = list((folder / "parts").glob("[0-9]*")) if folder.exists() else []
            if len(parts) >= wanted:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.002)
        process.wait()
        before = len(load_index(folder)) if folder.exists() else 0
        if process.returncode == 0:
            continue
        assert before >= 2 * (wanted - 1)
        said = hierhash(*words[3:])
        assert said.code == 0, said.err
        assert json.loads((folder / "manifest.json").read_text())["items"] == 40
        assert load_index(folder).ids == shop.ids


def test_an_index_in_which_nothing_is_is_a_failure(trained, tmp_path):
    (tmp_path / "x.png").write_bytes(b"no picture")
    (tmp_path / "t.jsonl").write_text(json.dumps({"id": "1", "image": "x.png"}) + "\n")
    said = hierhash("encode", trained / "run", tmp_path / "t.jsonl", tmp_path / "index")
    assert said.code == 1
    assert "no item could be encoded; mend the data" in said.err


def test_pictures_are_found_from_any_folder(trained, shop, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = hierhash("encode", trained / "run", "shop", "index")
    assert said.code == 0, said.err
    items = [load_index(tmp_path / "index").item(row) for row in range(40)]
    assert all(item["image"] is None or item["image"].startswith(str(tmp_path)) for item in items)
    assert any(item["image"] for item in items)
