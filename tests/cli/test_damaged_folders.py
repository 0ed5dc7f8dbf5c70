"""Runs, checkpoints, indexes and results that are damaged or foreign; bad searches."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from hierhash.errors import RunError
from hierhash.retrieval.run_files import FILES
from hierhash.storage.checksums import sha256_of
from hierhash.storage.json_files import read_lines
from hierhash.storage.lock import locked
from tests.cli.small_run import hierhash, refusal
from tests.cli.test_bad_data import bomb

HALF = object()
FLIPPED = object()
FOREIGN_WEIGHTS = save({"a": torch.zeros(3)})
NAN_WEIGHTS = object()
# What a run of hierhash 0.1.0, which has no hashes, shows of damage.
RUNS = [
    ("model.safetensors", None, "model.safetensors: missing; is this a run folder of a finished"),
    ("model.safetensors", HALF, "not a safetensors file, or cut short; train the run again"),
    ("model.safetensors", FOREIGN_WEIGHTS, "does not fit config.yaml; train the run again"),
    ("model.safetensors", NAN_WEIGHTS, "holds what is no finite number; train the run again"),
    ("model.json", None, "run: the training was interrupted; go on with: hierhash train run/conf"),
    ("model.json", HALF, "model.json: damaged, for it is not JSON; make it again"),
    ("model.json", b'{"a": 1}', "model.json: lacks image_shape, text_width, temperatures; train"),
    ("config.yaml", None, "run: not a run folder; give one that hierhash train wrote"),
    ("config.yaml", b'{"a": 1}', "config.yaml:1: unknown key 'a'; valid keys: method"),
    ("tree.yaml", None, "tree.yaml: the file does not exist; check the path"),
    ("tree.yaml", HALF, "tree.yaml:"),
    ("vectoriser.json", HALF, "vectoriser.json: damaged, for it is not JSON; make it again"),
    ("vectoriser.json", b'{"a": 1}', "vectoriser.json: not a vocabulary of this run; train"),
]
SHAPES = [
    {"image_shape": ["3", 16, 16]},
    {"image_shape": [3, 16.5, 16]},
    {"image_shape": [[3], 16, 16]},
    {"image_shape": [-3, 16, 16]},
    {"image_shape": [3, 16, 10**9]},
    {"text_width": 10**10},
    {"text_width": 0},
    {"text_width": True},
    {"temperatures": {"text": None, "image": 1.0}},
    {"temperatures": {"text": "1", "image": 1.0}},
    {"temperatures": {"text": float("nan"), "image": 1.0}},
    {"temperatures": {"text": 0, "image": 1.0}},
]


def damage(file, content):
    if content is None:
        file.unlink()
        return
    whole = bytearray(file.read_bytes())
    if content is HALF:
        del whole[len(whole) // 2 :]
    elif content is FLIPPED:
        whole[-1] ^= 1
    elif content is NAN_WEIGHTS:
        weights = load(bytes(whole))
        weights["text.first.bias"][0] = torch.nan
        whole = bytearray(save(weights))
    else:
        whole = bytearray(content)
    file.write_bytes(whole)


@pytest.mark.parametrize("name", [name for name in FILES if name != "environment.json"])
@pytest.mark.parametrize("content", [None, HALF, FLIPPED])
def test_a_file_of_a_run_that_is_not_as_written(tmp_path, run_copy, name, content):
    damage(run_copy / name, content)
    wrong = "missing" if content is None else "damaged, or changed by hand (its SHA-256 is another)"
    for words in (("predict", "run", "--text", "hats"), ("index", "build", "run", "new")):
        said = refusal(tmp_path, *words)
        if (name, content) == ("config.yaml", None):
            assert said == "run: not a run folder; give one that hierhash train wrote"
        else:
            assert said == f"run/{name}: {wrong}; train the run again"


def of_first_version(run):
    """Makes a run look as 0.1.0 would have left it."""
    (run / "manifest.json").unlink()
    known = json.loads((run / "environment.json").read_text())
    del known["threads"]
    (run / "environment.json").write_text(json.dumps(known))


def test_a_run_of_this_version_without_its_manifest_is_unfinished(tmp_path, run_copy):
    (run_copy / "manifest.json").unlink()
    for words in (("predict", "run", "--text", "hats"), ("verify", "run")):
        assert "run: the training was interrupted; go on with: " in refusal(tmp_path, *words)


@pytest.mark.parametrize(("name", "content", "message"), RUNS)
def test_a_damaged_run_without_hashes(tmp_path, run_copy, name, content, message):
    of_first_version(run_copy)
    damage(run_copy / name, content)
    assert message in refusal(tmp_path, "predict", "run", "--text", "hats")
    assert message in refusal(tmp_path, "index", "build", "run", "new")


@pytest.mark.parametrize("changed", SHAPES)
def test_shapes_that_are_none_are_refused_before_memory_is_taken(tmp_path, run_copy, changed):
    of_first_version(run_copy)
    file = run_copy / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))
    said = refusal(tmp_path, "predict", "run", "--text", "hats")
    assert said.startswith("run/model.json: ")
    assert said.endswith("; train the run again")


def test_weights_of_a_larger_net_are_refused_before_memory_is_taken(tmp_path, run_copy):
    of_first_version(run_copy)
    file = run_copy / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"text_width": 90_000_000}))
    said = refusal(tmp_path, "predict", "run", "--text", "hats")
    assert said == "run/model.safetensors: does not fit config.yaml; train the run again"


MANIFESTS = [
    (b"{", "manifest.json: damaged, for it is not JSON; make it again"),
    (b"[1]", "manifest.json: not a manifest of hierhash; "),
    (b'{"format": "hierhash-x-9", "files": {}}', "manifest.json: format 'hierhash-x-9', this ver"),
    (b'{"format": "hierhash-run-2"}', "manifest.json: lacks the hashes of its files; "),
    (b'{"format": "hierhash-run-2", "files": {"../a": "0"}}', "lacks the hashes of its files; "),
]


@pytest.mark.parametrize(("content", "message"), MANIFESTS)
def test_a_manifest_that_is_none(tmp_path, run_copy, content, message):
    (run_copy / "manifest.json").write_bytes(content)
    assert message in refusal(tmp_path, "predict", "run", "--text", "hats")


def test_a_checkpoint_that_cannot_be_resumed(trained, tmp_path, run_copy):
    last = run_copy / "checkpoints" / "last.pt"
    whole = last.read_bytes()
    resume = ("train", trained / "config.yaml", "--resume", "--out", "run")
    said = refusal(tmp_path, *resume, "bits=8")
    assert "run: holds a run of another config or other data; resume with its own: " in said
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    for content in (whole[:300], whole[:-1], bytes(flipped), b"", pickle.dumps({"a": 1})):
        last.write_bytes(content)
        said = refusal(tmp_path, *resume)
        assert "run/checkpoints/last.pt: damaged, or not a checkpoint of this version; " in said
        assert said.endswith("train anew into the same folder with --restart")


SPOILT = [
    lambda content: content.pop("generator"),
    lambda content: content["buffers"].update(F=torch.zeros(3, 16)),
    lambda content: content["buffers"]["G"].fill_(torch.nan),
    lambda content: content.update(epoch=-5),
    lambda content: content.update(epoch=99),
    lambda content: content.update(extra=None),
    lambda content: content["model"].pop("text.first.bias"),
]


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_checkpoint_of_a_state_that_cannot_be(trained, tmp_path, run_copy, spoil):
    last = run_copy / "checkpoints" / "last.pt"
    first, _, packed = last.read_bytes().partition(b"\n")
    content = torch.load(io.BytesIO(packed), weights_only=True)
    spoil(content)
    again = io.BytesIO()
    torch.save(content, again)
    head = json.loads(first) | {"sha256": hashlib.sha256(again.getbuffer()).hexdigest()}
    last.write_bytes(json.dumps(head).encode() + b"\n" + again.getvalue())
    words = ("train", trained / "config.yaml", "--resume", "--out", "run")
    assert "last.pt: damaged, or not a checkpoint" in refusal(tmp_path, *words)


def test_a_run_can_always_be_begun_or_resumed_or_restarted(trained, tmp_path, run_copy):
    config, last = trained / "config.yaml", run_copy / "checkpoints" / "last.pt"
    wanted = (run_copy / "model.safetensors").read_bytes()
    # Killed before the first checkpoint was whole.
    for name in ("model.safetensors", "model.json", "manifest.json", "metrics.jsonl"):
        (run_copy / name).unlink()
    last.unlink()
    (run_copy / "vectoriser.json").write_text("of a run that no longer is")
    for words in ([], ["--resume"]):
        assert hierhash("train", config, "--out", run_copy, *words).code == 0
        assert (run_copy / "model.safetensors").read_bytes() == wanted
        (run_copy / "model.safetensors").unlink()
        shutil.rmtree(run_copy / "checkpoints")
    # A damaged checkpoint does not lock the folder.
    last.parent.mkdir()
    last.write_bytes(b"spoilt")
    assert "--restart to train it anew" in refusal(tmp_path, "train", config, "--out", "run")
    assert hierhash("train", config, "--out", run_copy, "--restart").code == 0
    assert (run_copy / "model.safetensors").read_bytes() == wanted
    assert len((run_copy / "metrics.jsonl").read_text().splitlines()) == 6


def test_files_that_no_run_wrote_are_not_replaced(trained, tmp_path):
    for name in ("config.yaml", "tree.yaml"):
        (tmp_path / name).write_text("mine")
    for words in ([], ["--restart"]):
        said = refusal(tmp_path, "train", trained / "config.yaml", "--out", ".", *words)
        assert said == (".: holds config.yaml, tree.yaml, which no run wrote; choose another --out")


def test_a_run_is_not_trained_into_an_index_or_a_catalogue(trained, tmp_path, index_copy):
    shutil.copytree(trained / "shop", tmp_path / "shop")
    for out in ("index", "shop"):
        for words in ([], ["--restart"]):
            said = refusal(tmp_path, "train", trained / "config.yaml", "--out", out, *words)
            assert said.startswith(f"{out}: holds ")
            assert said.endswith("which no run wrote; choose another --out")


def test_other_data_of_the_same_name_are_not_resumed_with(trained, tmp_path, run_copy):
    shutil.copytree(trained / "shop", tmp_path / "other" / "shop")
    words = ("train", trained / "config.yaml", "data.path=other/shop", "--resume", "--out", "run")
    assert "run: holds a run of another config or other data" in refusal(tmp_path, *words)


def test_a_folder_that_another_process_trains_into(trained, tmp_path):
    with locked(tmp_path / "run", "trains into"):
        said = refusal(tmp_path, "train", trained / "config.yaml", "--out", "run")
    assert said == ("run: another process trains into this folder; wait for it, or choose another")


@pytest.mark.parametrize("name", ["codes.npy", "items.jsonl", "labels.npz"])
@pytest.mark.parametrize("content", [None, HALF, FLIPPED])
def test_a_file_of_an_index_that_is_not_as_written(tmp_path, index_copy, name, content):
    damage(index_copy / name, content)
    wrong = "missing" if content is None else "damaged, or changed by hand (its SHA-256 is another)"
    if (name, content) == ("codes.npy", None):
        wrong = "missing"
    for words in (("search", "index", "--text", "hats"), ("index", "info", "index")):
        assert refusal(tmp_path, *words) == f"index/{name}: {wrong}; build the index again"


@pytest.mark.parametrize("name", ["model.safetensors", "tree.yaml", "vectoriser.json"])
def test_the_run_in_an_index_that_is_not_as_written(tmp_path, index_copy, name):
    damage(index_copy / "run" / name, FLIPPED)
    said = refusal(tmp_path, "search", "index", "--text", "hats")
    assert said.startswith(f"index/run/{name}: damaged, or changed by hand")


INDEX_MANIFESTS = [
    (None, "index: not an index, or manifest.json is gone; build the index again"),
    (b"{", "index/manifest.json: damaged, for it is not JSON; make it again"),
    (b'{"a": 1}', "index/manifest.json: lacks one of bits, model_sha256; build the index again"),
    (b"[]", "index/manifest.json: lacks one of bits, model_sha256; build the index again"),
    (b'{"bits": 99999999999, "model_sha256": "0"}', "lacks one of bits, model_sha256; build"),
]


@pytest.mark.parametrize(("content", "message"), INDEX_MANIFESTS)
def test_a_manifest_of_no_index(tmp_path, index_copy, content, message):
    damage(index_copy / "manifest.json", content)
    assert message in refusal(tmp_path, "search", "index", "--text", "hats")


def header_of(shape: tuple[int, ...]) -> bytes:
    """A .npy file that claims a shape and holds nothing."""
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        out, {"descr": "|u1", "fortran_order": False, "shape": shape}
    )
    return out.getvalue()


CODES = [
    (np.zeros((28, 8), np.uint8), "does not hold codes of 16 bits (2 bytes each)"),
    (np.zeros((28, 2), np.float32), "does not hold codes of 16 bits (2 bytes each)"),
    (np.zeros(28, np.uint8), "does not hold codes of 16 bits (2 bytes each)"),
    (np.zeros((27, 2), np.uint8), "27 codes, 28 items and 28 labels do not fit"),
    (header_of((400_000_000_000, 2)), "codes.npy: missing, or not an array"),
    (header_of((2**62, 2)), "codes.npy: missing, or not an array"),
    (b"PK\x03\x04", "codes.npy: missing, or not an array"),
]


@pytest.mark.parametrize(("codes", "message"), CODES)
def test_codes_of_another_kind_behind_a_good_hash(tmp_path, index_copy, codes, message):
    file = index_copy / "codes.npy"
    if isinstance(codes, bytes):
        file.write_bytes(codes)
    else:
        np.save(file, codes)
    manifest = json.loads((index_copy / "manifest.json").read_text())
    manifest["files"]["codes.npy"] = sha256_of(file)
    (index_copy / "manifest.json").write_text(json.dumps(manifest))
    said = refusal(tmp_path, "search", "index", "--text", "hats")
    assert message in said
    assert said.endswith("; build the index again")


CHANGED = [
    ({"bits": 8}, "index/codes.npy: does not hold codes of 8 bits (1 byte each); build"),
    ({"model_sha256": "0"}, "index: made with other weights than those of index/run; build"),
    ({"format": "hierhash-index-9"}, "format 'hierhash-index-9', this version reads hierhash-ind"),
]


@pytest.mark.parametrize(("changed", "message"), CHANGED)
def test_an_index_that_does_not_fit(tmp_path, index_copy, changed, message):
    manifest = index_copy / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | changed))
    assert message in refusal(tmp_path, "search", "index", "--text", "hats")


def test_an_index_travels_alone(trained, tmp_path):
    shutil.copytree(trained / "index", tmp_path / "elsewhere")
    assert str(trained) not in (tmp_path / "elsewhere" / "manifest.json").read_text()
    here = hierhash("search", trained / "index", "--text", "hats", "--json")
    away = tmp_path / "gone"
    (tmp_path / "elsewhere").rename(away)
    there = hierhash("search", away, "--text", "hats", "--json")
    assert here.code == there.code == 0
    assert here.out == there.out


def test_runs_and_indexes_are_not_taken_for_each_other(trained, tmp_path):
    shutil.copytree(trained / "run", tmp_path / "run")
    shutil.copytree(trained / "index", tmp_path / "index")
    said = refusal(tmp_path, "search", "run", "--text", "hats")
    assert said == "run: a run, not an index; build one: hierhash index build run NEW_INDEX"
    for verb in ("evaluate", "predict"):
        said = refusal(tmp_path, verb, "index", *(["--text", "a"] if verb == "predict" else []))
        assert said == "index: an index, not a run; give the folder that hierhash train wrote"


SEARCHES = [
    (
        ["--text", "zzzz"],
        "text 'zzzz': no word of it is known, training saw it once or never; use other words",
    ),
    (["--text", ""], "the text is empty; give a word or two, such as --text "),
    (["--text", "hats", "--under", "Waer"], "--under: no node 'Waer'; did you mean 'Wear'"),
    (["--image", "note.png"], "note.png: not a picture that can be read (unknown format); replace"),
    (["--image", "bomb.png"], "bomb.png: the image is larger than 64,000,000 pixels"),
    (["--image", "no.png"], "no.png: cannot read the image (No such file or directory); check"),
    (["--image", "."], ".: cannot read the image (Is a directory); check the path"),
    ([], "give --text or --image, or both together, or else --like or --queries"),
    (["--text", "hats", "--under", "Wear/Hat"], "no node 'Wear/Hat'; did you mean 'Wear/Hats'"),
    (["--text", "hats", "--under", "qqqq"], "--under: no node 'qqqq'; top nodes: Wear, Home"),
    (["--queries", "no.txt"], "no.txt: No such file or directory; give a file with one text a"),
    (["--queries", "empty.txt"], "empty.txt: holds no text; write one query a line"),
    (["--queries", "bomb.png"], "bomb.png:1: not UTF-8 text; save the file as UTF-8"),
    (["--queries", "/dev/zero"], "/dev/zero:1: a line of 65536 bytes or more; write one text a"),
    (["--image", "/dev/zero"], "/dev/zero: not a file; give the file of a picture"),
]


@pytest.mark.parametrize(("words", "message"), SEARCHES)
def test_a_bad_search(trained, tmp_path, words, message):
    (tmp_path / "note.png").write_text("a note")
    (tmp_path / "bomb.png").write_bytes(bomb())
    (tmp_path / "empty.txt").write_text("\n  \n")
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
