"""A small data set, a run trained on it and an index, made once for all tests of the verbs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hierhash.training import progress
from tests.cli.small_run import hierhash, write_config, write_shop
from tests.exporting.small_export import done, write_run


@pytest.fixture(autouse=True)
def _no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine a line of progress would stand between those that tests count."""
    monkeypatch.setattr(progress, "SECONDS", 3600.0)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of ``shop``, ``config.yaml``, ``run`` and ``index``; tests only read it."""
    folder = tmp_path_factory.mktemp("trained")
    config = write_config(folder / "config.yaml", write_shop(folder / "shop"))
    said = hierhash("train", config, "--out", folder / "run")
    assert said.code == 0, said.err
    said = hierhash("index", "build", folder / "run", folder / "index")
    assert said.code == 0, said.err
    return folder


@pytest.fixture
def run_copy(trained: Path, tmp_path: Path) -> Path:
    """A copy of the run, to be damaged."""
    return Path(shutil.copytree(trained / "run", tmp_path / "run"))


@pytest.fixture
def index_copy(trained: Path, tmp_path: Path) -> Path:
    """A copy of the index, to be damaged."""
    return Path(shutil.copytree(trained / "index", tmp_path / "index"))


@pytest.fixture
def shop_copy(trained: Path, tmp_path: Path) -> Path:
    """A copy of the data set, to be damaged."""
    return Path(shutil.copytree(trained / "shop", tmp_path / "shop"))


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of ``shop``, ``run`` with a facet, its ``export`` and an ``index`` made by that."""
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    folder = tmp_path_factory.mktemp("exports")
    write_run(folder)
    done(hierhash("export", folder / "run", folder / "export"))
    done(hierhash("encode", folder / "export", folder / "shop", folder / "index"))
    return folder
