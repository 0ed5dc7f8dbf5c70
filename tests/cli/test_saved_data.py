"""A run is scored, indexed and resumed with the split, tree and vocabulary it was trained with."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from tests.cli.small_run import CONFIG, TREE, hierhash, refusal, write_config, write_shop
from tests.cli.test_damaged_folders import of_first_version


@pytest.fixture
def moved(tmp_path: Path) -> Path:
    """A folder of a shop, a config and a run of its own, to be changed."""
    config = write_config(tmp_path / "config.yaml", write_shop(tmp_path / "shop"))
    said = hierhash("train", config, "--out", tmp_path / "run")
    assert said.code == 0, said.err
    return tmp_path


def scores(run: Path, *words: str) -> dict[str, dict[str, float]]:
    said = hierhash("evaluate", run, "--json", *words)
    assert said.code == 0, said.err
    return dict(json.loads(said.out)["scores"])


def indexed(run: Path, out: Path) -> tuple[bytes, str]:
    said = hierhash("index", "build", run, out, "--modality", "text")
    assert said.code == 0, said.err
    return (out / "codes.npy").read_bytes(), (out / "items.jsonl").read_text()


def grow(shop: Path) -> None:
    """New items with new words at the front, and the same tree in another order."""
    lines = (shop / "metadata.jsonl").read_text()
    rows = [
        {"id": f"new{row}", "text": f"aaa aab number{row}", "labels": ["Home/Beds"]}
        for row in range(30)
    ]
    (shop / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + lines)
    (shop / "tree.yaml").write_text("name: t\ntree: {Home: [Beds, Lamps], Wear: [Shoes, Hats]}\n")


def test_a_catalogue_that_has_grown_changes_no_score_and_no_index(moved):
    validation, query = scores(moved / "run"), scores(moved / "run", "--final")
    before = indexed(moved / "run", moved / "before")
    grow(moved / "shop")
    assert scores(moved / "run") == validation
    assert scores(moved / "run", "--final") == query
    assert indexed(moved / "run", moved / "after") == before


def test_a_catalogue_that_has_lost_items_is_refused(moved):
    lines = (moved / "shop" / "metadata.jsonl").read_text().splitlines(keepends=True)
    (moved / "shop" / "metadata.jsonl").write_text("".join(lines[2:]))
    for words in (["evaluate", "run"], ["index", "build", "run", "new"]):
        said = refusal(moved, *words)
        assert "run/splits.json: 2 ids are not in the catalogue, the first is 'i" in said


def test_data_with_other_features_are_refused(moved):
    np.save(moved / "shop" / "text_features.npy", np.ones((40, 5), np.float32))
    for words in (["evaluate", "run"], ["index", "build", "run", "new"]):
        assert "run: the data have other features than it was" in refusal(moved, *words)


def test_a_run_is_scored_from_any_working_directory(tmp_path):
    home = tmp_path / "home"
    write_shop(home / "shop")
    (home / "my.yaml").write_text(TREE)
    config = CONFIG.format(shop="shop").replace("  split:", "  tree: my.yaml\n  split:")
    (home / "config.yaml").write_text(config)
    with contextlib.chdir(home):
        assert hierhash("train", "config.yaml", "--out", "run").code == 0
    with contextlib.chdir(tmp_path):
        assert scores(Path("home/run"))
    written = yaml.safe_load((home / "run" / "config.yaml").read_text())["data"]
    assert (written["path"], written["tree"]) == (str(home / "shop"), str(home / "my.yaml"))


def test_a_run_resumes_with_its_config_or_its_own_copy_of_it(tmp_path):
    home = tmp_path / "home"
    write_shop(home / "shop")
    (home / "config.yaml").write_text(CONFIG.format(shop="shop"))
    with contextlib.chdir(home):
        assert hierhash("train", "config.yaml", "--out", "run").code == 0
        weights = (home / "run" / "model.safetensors").read_bytes()
        assert hierhash("train", "config.yaml", "--out", "run", "--resume").code == 0
        with contextlib.chdir(tmp_path):
            said = hierhash("train", "home/run/config.yaml", "--out", "home/run", "--resume")
        assert said.code == 0, said.err
        said = hierhash("train", "config.yaml", "bits=8", "--out", "run", "--resume")
        assert "run: holds a run of another config or other data" in said.err
    assert (home / "run" / "model.safetensors").read_bytes() == weights


def test_a_resumed_run_keeps_its_split(moved):
    stored = (moved / "run" / "splits.json").read_bytes()
    weights = (moved / "run" / "model.safetensors").read_bytes()
    grow(moved / "shop")
    said = hierhash("train", moved / "config.yaml", "--out", moved / "run", "--resume")
    assert said.code == 0, said.err
    assert (moved / "run" / "splits.json").read_bytes() == stored
    assert (moved / "run" / "model.safetensors").read_bytes() == weights


def test_final_scores_are_those_of_the_query_part_and_are_logged(run_copy, monkeypatch):
    from hierhash.bench import evaluate as bench_evaluate

    asked = []
    score = bench_evaluate.evaluate_method

    def watched(method, prepared, rows):
        asked.append([prepared.catalogue.ids[row] for row in rows])
        return score(method, prepared, rows)

    monkeypatch.setattr(bench_evaluate, "evaluate_method", watched)
    said = hierhash("evaluate", run_copy, "--final", "--json")
    assert said.code == 0, said.err
    (line,) = (run_copy / "final.jsonl").read_text().splitlines()
    record = json.loads(line)
    assert record == json.loads(said.out)
    assert record["part"] == "query"
    environment = json.loads((run_copy / "environment.json").read_text())
    assert record["environment"]["commit"] == environment["commit"]
    assert not (run_copy / "validation.jsonl").exists()
    assert hierhash("evaluate", run_copy).code == 0
    split = json.loads((run_copy / "splits.json").read_text())
    validation = sorted(split["tune"] + split["calibrate"], key=lambda item: int(item[1:]))
    assert asked == [split["query"], validation]
    assert len((run_copy / "final.jsonl").read_text().splitlines()) == 1


def test_parts_that_are_empty_are_named_before_anything_is_done(trained, tmp_path):
    config = trained / "config.yaml"
    sizes = "data.split.sizes={train: 34, validation: 0, query: 6}"
    said = refusal(tmp_path, "train", config, sizes, "stopping.every=1", "--out", "out")
    assert said == (
        "split: there are no validation items; "
        "give data.split.sizes.validation, or set stopping.every=0"
    )
    sizes = "data.split.sizes={train: 40, validation: 0, query: 0}"
    done = hierhash("train", config, sizes, "--out", tmp_path / "run")
    assert done.code == 0
    assert "warning: split: there are no query items to score the run with" in done.err
    said = refusal(tmp_path, "evaluate", "run")
    assert said.startswith("split: there are no validation items; train with data.split.sizes.val")
    said = refusal(tmp_path, "evaluate", "run", "--final")
    assert said == "split: there are no query items; train with data.split.sizes.query"


@pytest.mark.parametrize("old", [False, True])
def test_a_run_on_given_image_features_reads_no_pictures(trained, tmp_path, monkeypatch, old):
    shop = Path(shutil.copytree(trained / "shop", tmp_path / "shop"))
    np.save(shop / "image_features.npy", np.eye(40, 9, dtype=np.float32))
    config = write_config(tmp_path / "config.yaml", shop)
    said = hierhash("train", config, "model.image.network=mlp", "--out", tmp_path / "run")
    assert said.code == 0, said.err
    said = hierhash("index", "build", tmp_path / "run", tmp_path / "index")
    assert said.code == 0, said.err
    if old:  # a run of a version that did not keep what it learnt from
        shapes = json.loads((tmp_path / "run" / "model.json").read_text())
        del shapes["given_image_features"]
        for run in (tmp_path / "run", tmp_path / "index" / "run"):
            (run / "model.json").write_text(json.dumps(shapes))
            of_first_version(run)
    else:  # a backbone whose rows happen to be as wide as the given ones
        monkeypatch.setattr(
            "hierhash.runs.saved.image_backbone",
            lambda _spec: lambda pictures: np.ones((len(pictures), 9), np.float32),
        )
    picture = tmp_path / "shop" / "1.png"
    for words in (
        ["search", "index", "--image", picture],
        ["predict", "run", "--image", picture],
        ["encode", "run", "shop", "codes"],
    ):
        said = refusal(tmp_path, *words)
        assert said.endswith("run: trained on precomputed image features; it reads no pictures")
