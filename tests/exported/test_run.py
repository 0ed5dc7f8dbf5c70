"""An exported run stands in for the run, without torch, and is refused where it cannot."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import hierhash as package
from hierhash.answering.asking import ask_picture
from hierhash.data.images import ImageRef
from hierhash.errors import InputError, RunError
from hierhash.exported.run import load_exported
from hierhash.retrieval.load_index import load_index
from hierhash.runs.open_run import open_run
from hierhash.runs.saved import load_run
from tests.cli.small_run import contents, hierhash, refusal
from tests.exporting.small_export import done

ROOT = Path(__file__).resolve().parents[2]
NO_TORCH = """
import sys
for name in ("torch", "torchvision"):
    sys.modules[name] = None
from hierhash.cli.main import main
main()
"""


def without_torch(*words):
    """A command in a process of its own that cannot import torch."""
    about = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", NO_TORCH, *map(str, words)]
    said = subprocess.run(command, env=about, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return said.stdout


@pytest.mark.parametrize("modality", ["image", "text", "both"])
def test_items_are_encoded_without_torch_as_with_it(exports, tmp_path, modality):
    words = ("--modality", modality)
    without_torch("encode", exports / "export", exports / "shop", tmp_path / "ours", *words)
    done(hierhash("encode", exports / "run", exports / "shop", tmp_path / "torch", *words))
    ours, torch = load_index(tmp_path / "ours"), load_index(tmp_path / "torch")
    np.testing.assert_array_equal(ours.codes, torch.codes)
    assert ours.lines == torch.lines
    assert ours.manifest["model_sha256"] == torch.manifest["model_sha256"]
    assert ours.manifest["segments"] == torch.manifest["segments"]
    if modality != "text":
        assert ours.manifest["engine"] == "onnx"


@pytest.mark.parametrize(
    "query",
    [
        ("--image", "0.png"),
        ("--image", "0.png", "--text", "blue"),
        ("--image", "1.png", "--text", "home beds"),
        ("--text", "wear hats red"),
        ("--text", "Hats"),
    ],
)
def test_answers_without_torch_are_those_with_it(exports, tmp_path, query):
    done(hierhash("encode", exports / "run", exports / "shop", tmp_path / "index"))
    words = [exports / "shop" / one if one.endswith(".png") else one for one in query]
    ours = json.loads(without_torch("search", exports / "index", *words, "--json", "-k", "9"))
    said = done(hierhash("search", tmp_path / "index", *words, "--json", "-k", "9"))
    theirs = json.loads(said.out)
    assert [one["item"]["id"] for one in ours] == [one["item"]["id"] for one in theirs]
    assert [one["distance"] for one in ours] == [one["distance"] for one in theirs]
    scores = [[one["score"] for one in found] for found in (ours, theirs)]
    np.testing.assert_allclose(*scores, atol=1e-4)


def test_what_is_understood_is_the_same(exports):
    picture = ImageRef(exports / "shop" / "2.png").open()
    for text in (None, "red", "wear shoes blue"):
        ours, theirs = (
            ask_picture(open_run(exports / run), picture, text) for run in ("export", "run")
        )
        assert (ours.modality, ours.read, ours.named) == (
            theirs.modality,
            theirs.read,
            theirs.named,
        )
        np.testing.assert_array_equal(ours.coded.codes, theirs.coded.codes)
        assert set(ours.posteriors) == {"category", "colour"}
        for name, chances in ours.posteriors.items():
            np.testing.assert_allclose(chances, theirs.posteriors[name], atol=1e-5)


def test_an_index_of_the_one_is_searched_with_the_other(exports, tmp_path):
    """Codes of a run and of its export are comparable, for they are of the same weights."""
    index, words = tmp_path / "index", ("--image", exports / "shop" / "3.png", "-k", "3", "--json")
    done(hierhash("encode", exports / "run", exports / "shop", index))
    first = done(hierhash("search", index, *words)).out
    before = load_index(index)
    without_torch("index", "carry", index, exports / "export")
    after = load_index(index)
    np.testing.assert_array_equal(after.codes, before.codes)
    assert after.lines == before.lines
    assert set(contents(index / "run")) == set(contents(exports / "export"))
    second = without_torch("search", index, *words)
    ids = [[hit["item"]["id"] for hit in json.loads(found)] for found in (first, second)]
    assert ids[0] == ids[1]
    without_torch("index", "add", index, exports / "shop", "--replace")
    added = load_index(index)
    assert len(added) == 60
    np.testing.assert_array_equal(np.sort(added.codes, axis=0), np.sort(before.codes, axis=0))
    done(hierhash("index", "carry", index, exports / "run"))
    assert done(hierhash("search", index, *words)).out
    assert not (index / "run" / "image.onnx").exists()


def test_a_run_of_other_weights_is_not_carried(exports, trained, tmp_path):
    index = shutil.copytree(exports / "index", tmp_path / "index")
    said = refusal(tmp_path, "index", "carry", index, trained / "run")
    assert said.startswith(f"{trained / 'run'}: of other weights than those that {index} was made")
    said = refusal(tmp_path, "index", "carry", "postgresql://u@h/d#n", trained / "run")
    assert said.startswith("index carry: only for folders")


def test_classes_are_predicted_without_torch(exports, tmp_path):
    words = ("--text", "wear hats", "--image", exports / "shop" / "0.png", "--json")
    ours = without_torch("predict", exports / "export", *words)
    theirs = done(hierhash("predict", exports / "run", *words)).out
    for one, two in zip(ours.splitlines(), theirs.splitlines(), strict=True):
        one, two = json.loads(one), json.loads(two)
        assert [level["class"] for level in one["levels"]] == [
            level["class"] for level in two["levels"]
        ]
        np.testing.assert_allclose(
            [level["confidence"] for level in one["levels"]],
            [level["confidence"] for level in two["levels"]],
            atol=1e-4,
        )
    without_torch(
        "predict", exports / "export", "--source", exports / "shop", "--out", tmp_path / "c.csv"
    )
    assert len((tmp_path / "c.csv").read_text().splitlines()) == 61


def test_it_is_verified_and_damage_is_found(exports, tmp_path):
    said = without_torch("verify", exports / "export")
    assert said == (
        f"{exports / 'export'}: an exported run of expected_tree_codes, 24 bits, whole\n"
    )
    without_torch("verify", exports / "index")
    damaged = shutil.copytree(exports / "export", tmp_path / "damaged")
    with open(damaged / "image.onnx", "r+b") as stream:
        stream.seek(1000)
        stream.write(b"\0\1\2")
    for words in (("verify", damaged), ("encode", damaged, exports / "shop", tmp_path / "index")):
        said = refusal(tmp_path, *words)
        assert said.startswith(f"{damaged}/image.onnx: damaged, or changed by hand")
        assert said.endswith("; export the run again")
    (damaged / "text.onnx").unlink()
    assert "text.onnx: missing" in hierhash("verify", damaged).err


def test_a_carried_export_is_checked_with_its_index(exports, tmp_path):
    index = shutil.copytree(exports / "index", tmp_path / "index")
    assert set(contents(index / "run")) == set(contents(exports / "export"))
    (index / "run" / "image.onnx").write_bytes(b"none")
    assert "image.onnx: damaged" in refusal(tmp_path, "verify", index)


@pytest.mark.parametrize(
    "words",
    [
        ("evaluate", "{export}"),
        ("index", "build", "{export}", "out"),
        ("export", "{export}", "out"),
        ("extend", "{export}", "{shop}", "--tree", "{shop}/tree.yaml", "--out", "out"),
        ("train", "{export}/config.yaml", "--out", "{export}", "--resume"),
        ("train", "{export}/config.yaml", "--out", "{export}", "--restart"),
        ("data", "audit", "{export}", "--out", "out.html"),
    ],
)
def test_it_is_refused_where_the_run_itself_is_needed(exports, tmp_path, words):
    places = {"export": exports / "export", "shop": exports / "shop"}
    before = contents(exports / "export")
    said = refusal(tmp_path, *(word.format(**places) for word in words))
    assert said == (
        f"{exports / 'export'}: an exported run, which encodes, searches and predicts; for all "
        "else give the run that it was exported from"
    )
    after = contents(exports / "export")
    after.pop(".hierhash.lock", None)
    assert after == before


def test_torch_as_engine_is_refused(exports, tmp_path):
    said = refusal(
        tmp_path, "encode", exports / "export", exports / "shop", "i", "--engine", "torch"
    )
    assert said.startswith("--engine: ")
    assert "is an exported run" in said
    done(
        hierhash("encode", exports / "export", exports / "shop", tmp_path / "i", "--engine", "onnx")
    )


def test_an_encoding_by_an_export_goes_on_where_it_was_stopped(exports, tmp_path, monkeypatch):
    words = ("encode", exports / "export", exports / "shop", tmp_path / "i", "--shard", "16")
    from hierhash.exported.graph import Graph

    real, count = Graph.__call__, []

    def stopping(self, inputs):
        count.append(len(inputs))
        if len(count) > 4:
            raise KeyboardInterrupt
        return real(self, inputs)

    with monkeypatch.context() as patched:
        patched.setattr(Graph, "__call__", stopping)
        assert hierhash(*words).code == 130
    assert 0 < len(load_index(tmp_path / "i")) < 60
    done(hierhash(*words))
    whole, found = load_index(exports / "index"), load_index(tmp_path / "i")
    np.testing.assert_array_equal(found.codes, whole.codes)


def test_in_python_it_is_a_run_but_for_features_and_training(exports, tmp_path):
    run, theirs = package.load_run(exports / "export"), package.load_run(exports / "run")
    picture = exports / "shop" / "0.png"
    np.testing.assert_array_equal(run.encode(images=[picture]), theirs.encode(images=[picture]))
    texts = ["wear hats", "home lamps blue"]
    np.testing.assert_array_equal(run.encode(texts=texts), theirs.encode(texts=texts))
    assert [[name for name, _ in own] for own in run.predict(images=[picture])] == [
        [name for name, _ in own] for own in theirs.predict(images=[picture])
    ]
    index = package.load_index(exports / "index")
    assert index.search(image=picture, k=1)[0].item["paths"] == [["Wear", "Hats"]]
    with pytest.raises(InputError, match="an exported run reads no features"):
        run.encode(image_features=np.zeros((1, 3)))
    for refused in (
        lambda: package.evaluate(run),
        lambda: run.extend(exports / "shop", tmp_path / "o", tree=exports / "shop" / "tree.yaml"),
        lambda: run.index(tmp_path / "index"),
    ):
        with pytest.raises(RunError, match="an exported run, which encodes"):
            refused()


def test_a_picture_has_one_code_whatever_stands_beside_it(exports):
    exported = load_exported(exports / "export")
    pixels = np.random.default_rng(0).integers(0, 256, (21, 16, 16, 3), dtype=np.uint8)
    whole = exported.backbone.features(pixels)
    order = np.random.default_rng(1).permutation(21)
    assert (exported.backbone.features(pixels[order]) == whole[order]).all()
    assert (exported.backbone.features(pixels[:1]) == whole[:1]).all()


def test_pictures_are_resized_as_for_training(exports):
    """An even picture of another size, and one with a gradient: the rows are torch's."""
    saved, exported = load_run(exports / "run"), load_exported(exports / "export")
    from PIL import Image

    rng = np.random.default_rng(0)
    for height, width in ((7, 5), (16, 16), (90, 33)):
        noise = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        picture = Image.fromarray(noise)
        codes = [
            run.method.encode({"image": run.image_rows([picture])}, "query")
            for run in (saved, exported)
        ]
        np.testing.assert_array_equal(codes[0].codes, codes[1].codes)
        np.testing.assert_allclose(codes[0].query, codes[1].query, atol=1e-5)


def test_a_manifest_that_lacks_what_an_export_says_is_refused(exports, tmp_path):
    damaged = shutil.copytree(exports / "export", tmp_path / "damaged")
    manifest = json.loads((damaged / "manifest.json").read_text())
    del manifest["segments"]
    (damaged / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(RunError, match="lacks what an export says; export the run again"):
        load_exported(damaged)
