"""Runs, checkpoints, indexes and results that are damaged or foreign; bad searches."""

from __future__ import annotations

import json
import pickle
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import save

from hierhash.errors import RunError
from hierhash.storage.json_files import read_lines
from tests.cli.small_run import hierhash, refusal
from tests.cli.test_bad_data import bomb

HALF = object()
FOREIGN_WEIGHTS = save({"a": torch.zeros(3)})
RUNS = [
    ("model.safetensors", None, "model.safetensors: missing; is this a run folder of a finished"),
    ("model.safetensors", HALF, "not a safetensors file, or cut short; train the run again"),
    ("model.safetensors", FOREIGN_WEIGHTS, "does not fit config.yaml; train the run again"),
    ("model.json", None, "model.json: missing; is this a run folder of a finished run?"),
    ("model.json", HALF, "model.json: damaged, for it is not JSON; make it again"),
    ("model.json", b'{"a": 1}', "model.json: lacks image_shape, text_width, temperatures; train"),
    ("config.yaml", None, "config.yaml: No such file or directory; give a readable file"),
    ("config.yaml", b'{"a": 1}', "config.yaml:1: unknown key 'a'; valid keys: method"),
    ("tree.yaml", None, "tree.yaml: No such file or directory; give a readable file"),
    ("tree.yaml", HALF, "tree.yaml:"),
    ("vectoriser.json", HALF, "vectoriser.json: damaged, for it is not JSON; make it again"),
    ("vectoriser.json", b'{"a": 1}', "vectoriser.json: not a vocabulary of this run; train"),
]


def damage(file, content):
    if content is None:
        file.unlink()
    else:
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2] if content is HALF else content)


@pytest.mark.parametrize(("name", "content", "message"), RUNS)
def test_a_damaged_run(tmp_path, run_copy, name, content, message):
    damage(run_copy / name, content)
    assert message in refusal(tmp_path, "predict", "run", "--text", "hats")
    assert message in refusal(tmp_path, "index", "build", "run", "new")


def test_a_checkpoint_that_cannot_be_resumed(trained, tmp_path, run_copy):
    last = run_copy / "checkpoints" / "last.pt"
    whole = torch.load(last, weights_only=True)
    resume = ("train", trained / "config.yaml", "--resume", "--out", "run")
    said = refusal(tmp_path, *resume, "bits=8")
    assert "last.pt: belongs to another config; resume with the config it was made with" in said
    torch.save({"extra": whole["extra"], "epoch": 1}, last)
    part = last.read_bytes()
    for content in (part, part[:300], b"", pickle.dumps({"a": 1})):
        last.write_bytes(content)
        said = refusal(tmp_path, *resume)
        assert "last.pt: not a checkpoint of hierhash, or damaged; train again without" in said
    shutil.rmtree(run_copy / "checkpoints")
    assert "no checkpoint to resume from; train without --resume" in refusal(tmp_path, *resume)


INDEXES = [
    ("codes.npy", None, "index: not an index, or damaged ("),
    ("codes.npy", HALF, "index: not an index, or damaged ("),
    ("items.jsonl", HALF, "index: not an index, or damaged ("),
    ("items.jsonl", b"", "index: 28 codes but 0 items; build it again"),
    ("items.jsonl", b"[1]\n" * 28, "index: items.jsonl:1 lacks one of id, text, paths; build it"),
    ("manifest.json", None, "index: not an index, or damaged ("),
    ("manifest.json", b'{"a": 1}', "manifest.json lacks one of bits, run, model_sha256; build it"),
    ("manifest.json", b"[]", "manifest.json lacks one of bits, run, model_sha256; build it"),
]


@pytest.mark.parametrize(("name", "content", "message"), INDEXES)
def test_a_damaged_index(tmp_path, index_copy, name, content, message):
    damage(index_copy / name, content)
    assert message in refusal(tmp_path, "search", "index", "--text", "hats")
    assert message in refusal(tmp_path, "index", "info", "index")


@pytest.mark.parametrize(
    "codes",
    [np.zeros((28, 8), np.uint8), np.zeros((28, 2), np.float32), np.zeros(28, np.uint8)],
)
def test_an_index_of_other_codes(tmp_path, index_copy, codes):
    np.save(index_copy / "codes.npy", codes)
    said = refusal(tmp_path, "search", "index", "--text", "hats")
    assert "codes.npy does not hold codes of 16 bits (2 bytes each); build it again" in said


MANIFESTS = [
    ({"bits": 8}, "index: codes.npy does not hold codes of 8 bits (1 bytes each); build it again"),
    ({"run": "/nowhere"}, "/nowhere: no such run folder; train one with hierhash train"),
    ({"model_sha256": "0"}, "index: made with other weights than "),
]


@pytest.mark.parametrize(("changed", "message"), MANIFESTS)
def test_an_index_of_another_run(tmp_path, index_copy, changed, message):
    manifest = index_copy / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | changed))
    assert message in refusal(tmp_path, "search", "index", "--text", "hats")


SEARCHES = [
    (["--text", "zzzz"], "text 'zzzz': no word of it was seen in training; use other words"),
    (["--text", ""], "text '': no word of it was seen in training"),
    (["--text", "hats", "--under", "Waer"], "--under: no node 'Waer'; did you mean 'Wear'"),
    (["--image", "note.png"], "note.png: not a picture that can be read (unknown format); replace"),
    (["--image", "bomb.png"], "bomb.png: the image is larger than 64,000,000 pixels"),
    (["--image", "no.png"], "no.png: cannot read the image (No such file or directory); check"),
    (["--image", "."], ".: cannot read the image (Is a directory); check the path"),
    (["--image", "note.png", "--text", "hats"], "search: give either --text or --image"),
]


@pytest.mark.parametrize(("words", "message"), SEARCHES)
def test_a_bad_search(trained, tmp_path, words, message):
    (tmp_path / "note.png").write_text("a note")
    (tmp_path / "bomb.png").write_bytes(bomb())
    assert message in refusal(tmp_path, "search", trained / "index", *words)


def test_fewer_than_one_answer_is_a_usage_error(trained):
    said = hierhash("search", trained / "index", "--text", "hats", "-k", "0")
    assert said.code == 2
    assert "Traceback" not in said.err
    assert "'-k'" in said.err


def test_an_index_is_not_replaced(trained, tmp_path):
    for words in (["index", "build", trained / "run"], ["encode", trained / "run", "sample"]):
        said = refusal(tmp_path, *words, trained / "index")
        assert "exists already; choose another name or remove it" in said
    said = refusal(tmp_path, "index", "build", trained / "run", "new", "--modality", "sound")
    assert "--modality: 'sound' is not image or text" in said


@pytest.mark.parametrize("line", [b'{"x": ', b"\xff\xfe", b"[1]"])
def test_a_damaged_line_of_results_is_named(tmp_path, line):
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"x": 1}\n' + line + b"\n")
    with pytest.raises(RunError, match=r"a\.jsonl:2: not .*; delete the line to run it again"):
        read_lines(file)
