"""Every method goes the whole way on the command line: train, evaluate, index, search, predict."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from hierhash.api import load_index
from hierhash.methods.dcmh import DCMH
from hierhash.methods.registry import find_preset, presets
from hierhash.retrieval.run_files import finish_run
from hierhash.retrieval.text_branch import answers_in_numpy
from hierhash.runs.indexing import rows_in_order
from hierhash.runs.items import prepare_again
from hierhash.runs.saved import load_run
from tests.cli.small_run import hierhash, write_shop

CONFIG = """
method: {name}
bits: 16
device: cpu
data:
  source: imagefolder
  path: {shop}
  split: {{sizes: {{train: 24, validation: 8, query: 6}}}}
"""
SILENT = {
    "itq",
    "soft_contrast",
    "dcmh_any",
    "dcmh_leaf",
    "dcmh_published",
    "dcmh_tuned",
    "dch",
    "gsph",
    "lsh",
    "features_sign",
    "features_pq",
    "features_opq",
    "features_rabitq",
    "features_cosine",
    "minhash",
    "bm25",
    "tfidf_cosine",
    "orthohash",
    "csq",
    "dsph",
    "hichnet",
    "shdch",
    "hpdh",
    "hmlc",
    "shdh",
    "shdh_cross_modal",
    "cnnh",
    "ninh",
    "dsrh",
    "dlbhc",
    "dlbhc_fine",
    "drsch",
    "semantic_hashing",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A shop whose pictures come with features that tell their class."""
    folder = write_shop(tmp_path_factory.mktemp("methods") / "shop", n=48)
    rng = np.random.default_rng(0)
    features = np.eye(4)[np.arange(48) % 4].repeat(6, axis=1) + 0.1 * rng.standard_normal((48, 24))
    np.save(folder / "image_features.npy", features.astype(np.float32))
    return folder


@pytest.fixture(scope="module", params=presets())
def run(request, shop, tmp_path_factory):
    """A trained run of a method, and an index of the shop's pictures."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "c.yaml").write_text(CONFIG.format(name=request.param, shop=shop))
    trained = hasattr(find_preset(request.param).settings, "training")
    short = ["model.training.epochs=3"] if trained else []
    if request.param in ("dcmh_published", "dcmh_leaf", "dcmh_any"):
        short.append("model.text.hidden=16")
    if request.param == "dlbhc_fine":
        short.append("model.image.hidden=2100")  # the items of its index have more than 2^16 bits
    said = hierhash("train", folder / "c.yaml", *short, "--out", folder / "run")
    assert said.code == 0, said.err
    said = hierhash("index", "build", folder / "run", folder / "index")
    assert said.code == 0, said.err
    assert hierhash("verify", folder / "index").code == 0
    return find_preset(request.param).method, folder


def test_it_is_scored(run):
    method, folder = run
    said = hierhash("evaluate", folder / "run", "--json")
    assert said.code == 0, said.err
    coded = method.needs & {"image", "text"}
    both = {"i2t", "t2i", "i2i", "t2t"} if len(coded) == 2 else {f"{min(coded)[0]}2{min(coded)[0]}"}
    both |= {"i2m", "t2m"} if method.fuses else set()
    assert set(json.loads(said.out)["scores"]) == both


def test_texts_are_answered_as_torch_does_without_loading_it(run):
    method, folder = run
    words = [sys.executable, "-X", "importtime", "-m", "hierhash.cli.main", "search"]
    words += [str(folder / "index"), "--text", "wear hats", "--json"]
    said = subprocess.run(words, capture_output=True, text=True, check=False)
    if "text" not in method.needs:
        assert said.returncode == 2
        assert "reads no texts" in said.stderr
        return
    assert said.returncode == 0, said.stderr
    assert " torch" not in said.stderr or not answers_in_numpy(folder / "run")
    found = json.loads(said.stdout)
    hits = load_index(folder / "index").search("wear hats", k=len(found))
    assert [hit["item"]["id"] for hit in found] == [hit.item["id"] for hit in hits]
    np.testing.assert_allclose([h["score"] for h in found], [h.score for h in hits], rtol=1e-4)
    shown = hierhash("search", folder / "index", "--text", "wear hats", "--under", "wear").out
    answers = [line for line in shown.splitlines() if not line.startswith("understood: ")]
    assert answers
    assert all("Wear > " in line for line in answers)


def test_codes_of_one_segment_are_not_weighed(run):
    method, folder = run
    said = hierhash("search", folder / "index", "--text", "wear hats", "--weigh", "category=2")
    assert said.code == 2, said.err
    assert "Traceback" not in said.err
    if "text" in method.needs:
        assert "--weigh: " in said.err


def test_it_predicts_or_says_that_it_does_not(run):
    _, folder = run
    silent = folder.name[:-1] in SILENT  # a number follows the name
    said = hierhash("predict", folder / "run", "--text", "wear hats", "--json")
    assert said.code == (2 if silent else 0), said.err
    if silent:
        assert "gives no class chances to predict by" in said.err
        assert "Traceback" not in said.err
    else:
        levels = json.loads(said.out)["levels"]
        assert [level["level"] for level in levels] == [1, 2]
        assert all(0 < level["confidence"] <= 1 for level in levels)


def test_a_method_that_numpy_cannot_stand_in_for_answers_itself(run, tmp_path):
    method, folder = run
    if method is not DCMH:
        return
    shutil.copytree(folder / "index", tmp_path / "index")
    copy = tmp_path / "index" / "run"
    about = json.loads((copy / "model.json").read_text()) | {"coding": None}
    (copy / "model.json").write_text(json.dumps(about))
    finish_run(copy)
    assert not answers_in_numpy(copy)
    fast, slow = (
        hierhash("search", where / "index", "--text", "wear hats", "--json")
        for where in (folder, tmp_path)
    )
    assert slow.code == 0, slow.err
    ids = [[hit["item"]["id"] for hit in json.loads(said.out)] for said in (fast, slow)]
    assert ids[0] == ids[1]


def test_an_index_holds_picture_and_text_together_where_the_method_can(run, tmp_path):
    method, folder = run
    manifest = json.loads((folder / "index" / "manifest.json").read_text())
    assert manifest["modality"] == (
        "both" if method.fuses else "image" if "image" in method.needs else "text"
    )
    said = hierhash("index", "build", folder / "run", tmp_path / "both", "--modality", "both")
    assert said.code == (0 if method.fuses else 2)
    if not method.fuses:
        assert "has no code of picture and text together" in said.err
        return
    index, saved = load_index(tmp_path / "both"), load_run(folder / "run")
    items = prepare_again(saved).items
    for row in (0, 5, len(index) - 1):  # each by itself: none has another's code
        own = np.array([int(index.store.read().item(row)["id"].removeprefix("i"))])
        features = {one: items.rows[one][own] for one in ("image", "text")}
        alone = saved.method.encode(features, "database").codes
        assert index.store.read().codes[row].tolist() == alone[0].tolist()


def test_codes_of_groups_come_in_the_order_of_the_rows():
    parts = [(np.array([4, 9]), np.array([[40], [90]])), (np.array([2, 7]), np.array([[20], [70]]))]
    assert rows_in_order(parts, [7, 2, 9, 4]).ravel().tolist() == [70, 20, 90, 40]
