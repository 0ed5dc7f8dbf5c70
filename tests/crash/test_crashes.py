"""Kills and crashes: nothing acknowledged is lost, nothing half is taken for whole, no litter."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.small_run import hierhash, write_config, write_shop

SUITE = """
name: tiny
data: {source: synthetic, options: {n: 120}}
bits: [8]
seeds: [0]
tuning_bits: 8
trials: [{model.loss.gamma: 1}, {model.loss.gamma: 10}]
set: {model.training.epochs: 1, model.image.hidden: 8, model.text.hidden: 8}
rows: [{method: dcmh_tuned}]
"""
VERBS = ("train", "import", "index", "encode", "export", "bench", "cache")


@pytest.fixture
def place(trained: Path, tmp_path: Path) -> Path:
    """A shop, a run, an earlier import and a suite."""
    config = write_config(tmp_path / "config.yaml", write_shop(tmp_path / "shop"))
    config.write_text(config.read_text().replace("epochs: 6", "epochs: 4"))
    shutil.copytree(trained / "run", tmp_path / "run")
    (tmp_path / "suite.yaml").write_text(SUITE)
    small = write_shop(tmp_path / "small", 8)
    assert hierhash("data", "import", small, tmp_path / "earlier").code == 0
    return tmp_path


def crashes(place: Path, verb: str, how: str) -> dict[str, object]:
    if verb == "export":
        pytest.importorskip("onnxscript")
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.crashes", str(place), verb, how],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_an_import_that_crashes_before_every_second_write(place):
    shutil.rmtree(place / "shop")
    write_shop(place / "shop", 4)
    found = crashes(place, "import", "writes=2")
    assert found["faults"] == []
    assert found["crashes"] >= 8


def test_a_few_kills_of_a_training(place):
    found = crashes(place, "train", "kills=4:late")
    assert found["faults"] == []
    assert found["crashes"] >= 1


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_a_crash_before_every_write(place, verb):
    found = crashes(place, verb, "writes=1")
    assert found["faults"] == []
    assert found["crashes"] >= 8


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_kills_at_any_moment(place, verb):
    assert crashes(place, verb, "kills=30")["faults"] == []


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["train", "cache"])
def test_kills_after_the_first_checkpoint(place, verb):
    found = crashes(place, verb, "kills=30:late")
    assert found["faults"] == []
    assert found["crashes"] >= 10
