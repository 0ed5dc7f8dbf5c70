"""An exported run is whole, says what it is, and holds nothing that is not its business."""

from __future__ import annotations

import json
import re
import shutil
import sys

import pytest

from hierhash.errors import HierhashError, RunError
from hierhash.exported.run import GRAPHS
from hierhash.exporting import writing
from hierhash.exporting.writing import export_run
from hierhash.retrieval.run_files import model_sha256
from hierhash.runs.saved import load_run
from hierhash.storage.checksums import damaged_files
from tests.cli.small_run import contents, hierhash, refusal


def test_all_files_are_in_the_manifest_and_as_it_says(exports):
    folder = exports / "export"
    manifest = json.loads((folder / "manifest.json").read_text())
    there = {path.name for path in folder.iterdir()} - {"manifest.json"}
    assert set(manifest["files"]) == there
    assert not damaged_files(folder, manifest["files"])
    assert {"image.onnx", "text.onnx", "README.md", "facet.colour.yaml"} < there
    assert manifest["format"] == "hierhash-export-1"
    assert manifest["segments"] == {"category": 16, "colour": 8}
    assert manifest["agreement"]["items"] == {"picture": 60, "text": 60, "pair": 60}
    assert model_sha256(folder) == model_sha256(exports / "run")


def test_no_file_names_a_folder_of_the_machine_or_an_item(exports):
    for path in (exports / "export").iterdir():
        if path.suffix in (".json", ".yaml", ".md"):
            text = path.read_text()
            assert str(exports) not in text, path.name
            assert not re.search(r'"i\d+"', text), path.name
    assert not (exports / "export" / "splits.json").exists()


def test_what_is_there_is_refused_and_stays(exports, tmp_path):
    (tmp_path / "out").mkdir()
    said = refusal(tmp_path, "export", exports / "run", tmp_path / "out")
    assert said == f"{tmp_path / 'out'}: exists already; choose another name or remove it"


@pytest.fixture
def traced_before(exports, monkeypatch):
    """The run's graphs as they were exported for all tests, which takes no seconds."""
    monkeypatch.setattr(
        writing, "graph", lambda _, name: (exports / "export" / GRAPHS[name]).read_bytes()
    )


@pytest.mark.usefixtures("traced_before")
def test_nothing_is_left_of_an_export_that_fails(exports, tmp_path, monkeypatch):
    def failing(*_):
        raise HierhashError("the card cannot be written")

    monkeypatch.setattr(writing, "model_card", failing)
    with pytest.raises(HierhashError, match="card"):
        export_run(load_run(exports / "run"), tmp_path / "new" / "out", 2)
    assert contents(tmp_path) == {"new": None}


def test_a_run_of_given_features_is_refused(exports, tmp_path):
    saved = load_run(exports / "run")
    saved.given_image_features = True
    with pytest.raises(RunError, match="precomputed image features, which an exported run could"):
        export_run(saved, tmp_path / "out", 2)
    saved.given_image_features, saved.vectoriser = False, None
    with pytest.raises(RunError, match="precomputed text features"):
        export_run(saved, tmp_path / "out", 2)


@pytest.mark.parametrize("package", ["onnx", "onnxscript", "onnxruntime"])
def test_without_a_package_the_extra_is_named(exports, tmp_path, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    said = hierhash("export", exports / "run", tmp_path / "out")
    assert said.code == 2
    assert said.err == (
        f"error: export: {package} is not installed; run: pip install 'hierhash[onnx]'\n"
    )
    assert not (tmp_path / "out").exists()


def test_an_export_is_not_read_without_onnx_runtime(exports, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    said = hierhash("search", exports / "index", "--image", exports / "shop" / "0.png")
    assert said.code == 2
    assert said.err.endswith("onnxruntime is not installed; run: pip install onnxruntime\n")
    assert hierhash("search", exports / "index", "--text", "hats").code == 0


@pytest.mark.usefixtures("traced_before")
def test_a_run_whose_data_are_gone_is_exported_all_the_same(exports, tmp_path):
    run = shutil.copytree(exports / "run", tmp_path / "run")
    saved = load_run(run)
    saved.config = saved.config.model_copy(
        update={"data": saved.config.data.model_copy(update={"path": tmp_path / "gone"})}
    )
    found = export_run(saved, tmp_path / "out", 4)
    assert found.items == {"picture": 4, "text": 4, "pair": 4}
    card = (tmp_path / "out" / "README.md").read_text()
    assert "made-up items, for its data are gone" in card
    assert "The data were not there" in card
