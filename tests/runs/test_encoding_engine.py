"""An encoding keeps to the engine that it was begun with, and an index says what it was."""

from __future__ import annotations

import json
import shutil
import sys

import pytest

from hierhash.data.sources import detect, read
from hierhash.errors import ConfigError, RunError
from hierhash.features import engine
from hierhash.retrieval import changing
from hierhash.retrieval.load_index import load_index
from hierhash.runs.encoding import add_to_index, encode_to_index, rejected
from hierhash.runs.saved import load_run
from tests.cli.small_run import hierhash, write_config

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


class Stop(Exception):
    """What ends an encoding, as a power cut would."""


@pytest.fixture(scope="module")
def run(trained, tmp_path_factory):
    """A run on the features of a network."""
    folder = tmp_path_factory.mktemp("network")
    config = write_config(folder / "config.yaml", trained / "shop")
    network = ["features.image.name=torchvision:squeezenet1_1", "features.image.size=[32, 32]"]
    said = hierhash("train", config, *network, "model.image.network=mlp", "--out", folder / "run")
    assert said.code == 0, said.err
    return folder / "run"


@pytest.fixture
def saved(run):
    return load_run(run)


@pytest.fixture
def shop(trained, tmp_path):
    folder = shutil.copytree(trained / "shop", tmp_path / "shop")
    return read(detect(folder), folder)


def stopped(monkeypatch, saved, shop, folder, chosen):
    """Encodes two shards of seven items and is stopped."""
    real, count = changing.Writer.add, [0]

    def add(self, new, replacing=False):
        if count[0] == 2:
            raise Stop
        count[0] += 1
        return real(self, new, replacing)

    with monkeypatch.context() as patched:
        patched.setattr(changing.Writer, "add", add)
        with pytest.raises(Stop):
            encode_to_index(saved, shop, folder, "image", 7, chosen)


def told(folder):
    return load_index(folder).manifest["engine"]


@pytest.mark.parametrize("chosen", ["onnx", "torch"])
def test_a_resumed_encoding_is_bit_identical(monkeypatch, saved, shop, tmp_path, chosen):
    whole, folder = tmp_path / "whole", tmp_path / "index"
    encode_to_index(saved, shop, whole, "image", engine=chosen)
    stopped(monkeypatch, saved, shop, folder, chosen)
    # Now a measurement would choose the other one.
    monkeypatch.setattr(engine, "WORTH", 1)
    monkeypatch.setattr(engine, "FASTER", 1e9 if chosen == "onnx" else 0.0)
    assert encode_to_index(saved, shop, folder, "image", 16).added == 26
    assert told(folder) == told(whole) == chosen
    for name in ("codes.npy", "items.jsonl"):
        assert (folder / name).read_bytes() == (whole / name).read_bytes()


def test_it_goes_on_by_no_other_engine(monkeypatch, saved, shop, tmp_path):
    folder = tmp_path / "index"
    stopped(monkeypatch, saved, shop, folder, "onnx")
    with pytest.raises(RunError, match="was begun with --engine onnx; give that, or auto, or"):
        encode_to_index(saved, shop, folder, "image", engine="torch")
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "onnxruntime", None)
        with pytest.raises(RunError, match="onnx, but engine onnx: onnxruntime is not installed"):
            encode_to_index(saved, shop, folder, "image")
    assert len(load_index(folder)) == 14
    assert encode_to_index(saved, shop, folder, "image", engine="onnx").found == 14


def test_one_begun_before_there_were_engines_was_begun_with_torch(
    monkeypatch, saved, shop, tmp_path
):
    folder = tmp_path / "index"
    stopped(monkeypatch, saved, shop, folder, "torch")
    begun = json.loads((folder / "encoding.json").read_text())
    del begun["engine"]
    (folder / "encoding.json").write_text(json.dumps(begun))
    with pytest.raises(RunError, match="was begun with --engine torch"):
        encode_to_index(saved, shop, folder, "image", engine="onnx")
    assert encode_to_index(saved, shop, folder, "image").added == 26


def test_both_engines_give_the_same_answers_and_leave_out_the_same(saved, shop, tmp_path):
    for row in (3, 17, 18):
        (tmp_path / "shop" / f"{row}.png").write_bytes(b"" if row == 17 else b"\x89PNG")
    for chosen in ("torch", "onnx"):
        encode_to_index(saved, shop, tmp_path / chosen, "image", 8, chosen)
    first, second = load_index(tmp_path / "torch"), load_index(tmp_path / "onnx")
    assert first.ids == second.ids
    assert len(first) == 37
    assert (first.codes != second.codes).mean() < 0.05  # a bit of an output near zero may turn
    assert rejected(tmp_path / "torch") == rejected(tmp_path / "onnx")
    assert [line["id"] for line in rejected(tmp_path / "onnx")] == ["i3", "i17", "i18"]


def test_an_index_says_every_engine_also_when_it_was_written_whole(saved, shop, tmp_path):
    folder = tmp_path / "index"
    encode_to_index(saved, shop.subset(range(20)), folder, "image")
    assert load_index(folder).manifest["engine_why"] == "fewer than 1,024 pictures"
    add_to_index(saved, shop.subset(range(20, 30)), folder, engine="onnx")
    add_to_index(saved, shop.subset(range(30, 40)), folder, engine="torch")
    assert told(folder) == "torch, onnx"
    changing.compact(folder)
    assert told(folder) == "torch, onnx"
    assert "engine         torch, onnx" in hierhash("index", "info", folder).out


def test_texts_need_no_engine(saved, shop, tmp_path):
    encode_to_index(saved, shop, tmp_path / "index", "text")
    assert "engine" not in load_index(tmp_path / "index").manifest
    assert "engine" not in json.loads((tmp_path / "index" / "manifest.json").read_text())


def test_the_command_line_takes_an_engine(run, trained, tmp_path, index_copy):
    source, folder = trained / "shop", tmp_path / "new"
    said = hierhash("encode", run, source, folder, "--engine", "onx")
    assert (said.code, said.err.strip()) == (
        2,
        "error: --engine: no engine 'onx'; did you mean 'onnx'?",
    )
    assert not folder.exists()
    assert hierhash("encode", run, source, folder, "--engine", "onnx").code == 0
    assert told(folder) == "onnx"
    said = hierhash("index", "add", folder, source, "--replace", "--engine", "torch")
    assert said.code == 0, said.err
    said = hierhash("index", "add", index_copy, source, "--replace", "--engine", "onnx")
    assert said.code == 2
    assert "is no network; use --engine torch" in said.err
    assert told(trained / "index") == "torch"


def test_onnx_is_refused_before_anything_is_written(saved, shop, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ConfigError, match="pip install"):
        encode_to_index(saved, shop, tmp_path / "index", "image", engine="onnx")
    assert not (tmp_path / "index").exists()


def test_a_flag_says_onnx_too(run, trained, tmp_path):
    source, folder = trained / "shop", tmp_path / "index"
    said = hierhash("encode", run, source, folder, "--onnx", "--engine", "torch")
    assert said.code == 2
    assert said.err == "error: --onnx: is --engine onnx; leave it or --engine torch away\n"
    assert not folder.exists()
    assert hierhash("encode", run, source, folder, "--onnx", "--modality", "image").code == 0
    assert told(folder) == "onnx"
