"""Runs and indexes that hierhash 0.1.0 wrote are still read, and answer as they did."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from hierhash.storage.checksums import sha256_of
from tests.cli.small_run import hierhash, refusal, write_shop

STORED = Path(__file__).parent / "first_version"
ANSWERS = json.loads((STORED / "answers.json").read_text())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A shop, the run that 0.1.0 trained on it, and the index that it built, with their places."""
    shop = write_shop(tmp_path / "shop")
    shutil.copy(STORED / "image_features.npy", shop)
    for name in ("run", "index"):
        shutil.copytree(STORED / name, tmp_path / name)
    for name in ("run/config.yaml", "index/manifest.json", "index/items.jsonl"):
        file = tmp_path / name
        file.write_text(file.read_text().replace("@HOME@", str(tmp_path)))
    return tmp_path


def test_an_index_answers_as_it_did(home):
    said = hierhash(
        "search", home / "index", "--text", "hats", "--json", "-k", "30", "--mode", "code"
    )
    assert said.code == 0, said.err
    found = [(hit["item"]["id"], hit["distance"], hit["score"]) for hit in json.loads(said.out)]
    assert [place[:2] for place in found] == [tuple(old[:2]) for old in ANSWERS["search_hats"]]
    wanted = pytest.approx([old[2] for old in ANSWERS["search_hats"]], abs=1e-5)
    assert [place[2] for place in found] == wanted
    said = hierhash("search", home / "index", "--text", "hats", "--under", "Hats", "--json")
    assert {hit["item"]["paths"][0][-1] for hit in json.loads(said.out)} == {"Hats"}


def test_a_run_scores_as_it_did_and_makes_new_indexes(home):
    said = hierhash("evaluate", home / "run", "--json")
    assert said.code == 0, said.err
    scores = json.loads(said.out)["scores"]
    for direction, old in ANSWERS["evaluate"].items():
        assert {name: scores[direction][name] for name in old} == pytest.approx(old, abs=1e-5)
    assert hierhash("index", "build", home / "run", home / "new").code == 0
    assert (home / "new" / "codes.npy").read_bytes() == (home / "index/codes.npy").read_bytes()
    shutil.rmtree(home / "run")
    assert hierhash("search", home / "new", "--text", "hats").code == 0
    said = refusal(home, "search", "index", "--text", "hats")
    assert said.startswith("index: made by hierhash 0.1.0, it needs its run at ")


def test_verify_says_that_there_are_no_hashes(home):
    for name in ("run", "index"):
        said = hierhash("verify", home / name)
        assert said.code == 0, said.err
        assert said.out.rstrip().endswith("made by 0.1.0, which kept no hashes")


def test_an_old_index_of_foreign_metadata_is_refused(home):
    file = home / "index" / "items.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text('{"id": "a", "text": null, "paths": null}\n' + "".join(lines[1:]))
    said = refusal(home, "search", "index", "--text", "hats")
    assert said == "index/items.jsonl:1: lacks one of id, text, paths; build the index again"


CONFIGS = [("features:", "features: 5\nfeatured:"), ("model:", "model: 3\nmodelled:")]


@pytest.mark.parametrize(("old", "new"), CONFIGS)
def test_a_config_of_other_kinds_ends_in_one_line(home, old, new):
    file = home / "run" / "config.yaml"
    file.write_text(file.read_text().replace(f"\n{old}", f"\n{new}"))
    said = hierhash("search", home / "index", "--text", "hats")
    assert "Traceback" not in said.err
    assert said.code in (0, 2)  # what is missing takes its default, which may fit


def weights_of(run, change):
    file = run / "model.safetensors"
    weights = load_file(file)
    change(weights)
    save_file(weights, file)
    manifest = run.parent / "index" / "manifest.json"
    known = json.loads(manifest.read_text()) | {"model_sha256": sha256_of(file)}
    manifest.write_text(json.dumps(known))


CHANGES = [
    (lambda w: w.pop("text.rest.3.running_mean"), "does not fit config.yaml"),
    (lambda w: w.pop("text.first.bias"), "holds no text branch"),
    (lambda w: w.update({"text.first.weight": np.zeros((3, 4), np.float32)}), "does not fit conf"),
    (lambda w: w["text.first.bias"].fill(np.nan), "'text.first.bias' holds what is no finite"),
]


@pytest.mark.parametrize(("change", "message"), CHANGES)
def test_weights_that_do_not_fit_end_in_one_line(home, change, message):
    weights_of(home / "run", change)
    said = refusal(home, "search", "index", "--text", "hats")
    assert said.startswith(f"{home}/run/model.safetensors: ")
    assert message in said
    assert said.endswith("; train the run again")
