"""Trees and configs that are wrong: one line that names the place and the remedy, code 2."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from tests.cli.small_run import hierhash, refusal

TREES = [
    ("t.yaml", b"tree: [a", "t.yaml:1: not valid YAML"),
    ("t.yaml", b"", "t.yaml: the file is empty; it needs at least one class"),
    ("t.yaml", b"\x89PNG\r\n\xff", "t.yaml:1: not UTF-8 text; save the file as UTF-8"),
    ("t.yaml", b"tree: [a\0b]", "t.yaml:1: a character that YAML does not allow"),
    ("t.yaml", b"tree: [a, a]", "t.yaml:1: duplicate path 'a' (first at t.yaml:1); rename or"),
    ("t.yaml", b"tree: {a: [b]}\nlevels: [x]", "t.yaml:2: levels: 1 name for a tree of depth 2;"),
    ("t.yaml", b"tree: [a]\nnmae: x", "t.yaml:2: unknown key 'nmae' of a label tree; did you"),
    ("t.yaml", b"tree: [a]\nlevel_weights: [1, 2]", "t.yaml:2: level_weights: 2 weights for 1"),
    ("t.yaml", b"tree: {a: [b]}\nlevel_weights: [-1, 2]", "t.yaml:2: level_weights: weights must"),
    ("t.yaml", b"tree: {a: [b]}\nlevel_weights: [0, 0]", "the weights are all 0; give one above 0"),
    ("t.csv", b"parent,child\na,b\nb,a\n", "t.csv:2: cycle 'b' > 'a' > 'b'; remove one"),
    ("t.csv", b"", "t.csv: the file is empty; it needs at least one class"),
    ("t.bin", b"\0\1", "t.bin: not a label tree; give a file of .yaml"),
]


@pytest.mark.parametrize(("name", "content", "message"), TREES)
def test_a_wrong_tree(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert message in refusal(tmp_path, "tree", "check", name)
    if name.endswith(".yaml"):
        said = refusal(tmp_path, "train", "sample", f"data.tree={name}", "--out", "out")
        assert message in said


OVERRIDES = [
    ("bitz=1", "override 'bitz=1': unknown key 'bitz'; did you mean 'bits'?"),
    ("bits=many", "override 'bits=many': bits: a whole number is expected"),
    ("bits=", "override 'bits=': bits: a whole number is expected"),
    ("bits=0", "override 'bits=0': bits: must be at least 8, got 0"),
    ("bits=5000", "override 'bits=5000': bits: must be at most 4,096, got 5000"),
    ("bits", "override 'bits': an override has the form key.path=value"),
    ("bits=[1", "override 'bits=[1': the value is not YAML"),
    ("method=dcmhh", "method: no method 'dcmhh'; did you mean"),
    ("method=[a]", "override 'method=[a]': method: text is expected"),
    ("model=3", "override 'model=3': model: keys with values are expected"),
    ("seed=-1", "override 'seed=-1': seed: must be at least 0"),
    (
        "device=meta",
        "device: not a device that is known; use auto, cpu, cuda or cuda:N, got 'meta'",
    ),
    ("device=cuda:99", "device: 'cuda:99' asked for, but torch finds no such CUDA device; use"),
    ("device=tpu", "device: not a device that is known; use auto, cpu, cuda or cuda:N, got 'tpu'"),
    ("data.source=imgfolder", "data.source: no source of this name; did you mean 'imagefolder'?"),
    ("data.path=null", "source 'imagefolder': needs the path of its folder or file"),
    ("data.options=3", "data.options: keys with values are expected"),
    ("data.options={colour: 3}", "source 'imagefolder': has no option 'colour'; see docs/data.md"),
    ("data.tree=no.yaml", "no.yaml: no such file, nor one of the shipped label_trees"),
    ("data.split.sizes={train: -3}", "data.split.sizes: train: -3 is neither a count"),
    ("data.split.sizes={train: 3000}", "items asked, 40 there are"),
    ("data.split.sizes={trian: 3}", "data.split.sizes: no part 'trian'; did you mean 'train'?"),
    ("data.split.file=no.json", "no.json: cannot read the split file"),
    ("features.image.name=resnet", "no image backbone 'resnet'"),
    ("features.image.size=[16]", "features.image.size.1: is missing; add it"),
    ("features.image.size=[0, 16]", "features.image.size.0: must be at least 1, got 0"),
    ("features.image.size=[8, 8]", "small_cnn needs features.image.size: [16, 16] or more"),
    ("features.text.name=wrods", "no text vectoriser 'wrods'; did you mean 'words'?"),
    ("model.image.network=resnet", "must be one of 'mlp', 'cnn_f', 'lite0' or 'small_cnn'"),
    ("model.image.network=mlp", "mlp reads feature rows, but the features are pixels; choose"),
    ("model.image.network=cnn_f", "cnn_f needs features.image.size: [224, 224]"),
    ("model.image.weights=w.mat", "image.weights: small_cnn reads no weights file; leave it out"),
    ("model.training.lr=-1", "model.training.lr: must be above 0"),
    ("model.training.lr=.nan", "model.training.lr: a finite number is expected"),
    ("model.training.batch_size=1", "batch_size: must be at least 2, got 1"),
    ("model.training.epochs=0", "model.training.epochs: must be at least 1, got 0"),
    ("model.similarity.pairs=leafs", "must be one of 'leaf', 'any' or 'tree'"),
    ("model.head.level_weights=[1, 2, 3]", "model.head.level_weights: 3 weights for 2 levels"),
    ("model.similarity.level_weights=linaer", "unknown scheme 'linaer'; did you mean 'linear'?"),
    ("stopping.every=-1", "stopping.every: must be at least 0, got -1"),
]


@pytest.mark.parametrize(("override", "message"), OVERRIDES)
def test_a_wrong_override(trained: Path, tmp_path: Path, override: str, message: str) -> None:
    said = refusal(tmp_path, "train", trained / "config.yaml", override, "--out", "out")
    assert message in said


CONFIGS = [
    (b"", "- 1", "c.yaml:1: a config is a mapping of keys to values"),
    (b"\xff\xfe", "", "c.yaml: not UTF-8 text; save it as UTF-8"),
    (b"", "a:\n\tb: 1", "c.yaml:2: not valid YAML"),
    (b"", 'bits: "\x07"', "c.yaml:1: a character that YAML does not allow; remove it"),
    (b"", "bits: *x", "c.yaml:1: alias '*x' is not allowed; write the part out"),
    (
        b"",
        "bits: !!python/object:os.system x",
        "c.yaml:1: tag 'tag:yaml.org,2002:pyth",
    ),
    (b"", "? [a]\n: 1", "c.yaml:1: a key must be a word, not a list, a mapping or"),
    (b"", "1: 2", "c.yaml:1: unknown key '1'; valid keys: method, bits"),
]


@pytest.mark.parametrize(("start", "text", "message"), CONFIGS)
def test_a_wrong_config_file(tmp_path: Path, start: bytes, text: str, message: str) -> None:
    (tmp_path / "c.yaml").write_bytes(start + text.encode())
    assert message in refusal(tmp_path, "config", "validate", "c.yaml")


def test_all_problems_of_a_config_are_listed_a_line_each(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("bits: 0\nsede: 1\nmodel: {training: {epochs: 0}}\n")
    said = hierhash("config", "validate", tmp_path / "c.yaml")
    assert said.code == 2
    assert [line.split("c.yaml:")[1][0] for line in said.err.splitlines()] == ["1", "3", "2"]


def test_places_that_cannot_be_written(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    config = trained / "config.yaml"
    for out in ("file", "file/below"):
        said = refusal(tmp_path, "train", config, "--out", out)
        assert said.startswith(f"{out}: ")
        assert "written" in said
    assert "exists already; choose" in refusal(tmp_path, "config", "copy", "sample", "file")
    assert "no/c.yaml: " in refusal(tmp_path, "config", "copy", "sample", "no/c.yaml")
    words = ("predict", trained / "run", "--source", trained / "shop", "--out", "no/p.csv")
    assert "no/p.csv: cannot be written" in refusal(tmp_path, *words)
    (tmp_path / "t.yaml").write_text("mine")
    assert "exists already" in refusal(tmp_path, "tree", "convert", "sample", "t.yaml")
    said = refusal(tmp_path, "train", config, "--out", trained / "run")
    assert "holds a run already; use --resume to go on with it, --restart to train it" in said


def test_a_place_that_cannot_be_read_is_not_said_to_need_writing(tmp_path: Path) -> None:
    savemat(tmp_path / "x.mat", {"YAll": np.eye(3), "LAll": np.eye(3)})
    said = refusal(tmp_path, "data", "check", "x.mat", "-o", "label_names=no.txt")
    assert said == (
        "no.txt: No such file or directory; "
        "check that the place is there, and that it can be read and written"
    )


def test_examples_of_a_suite_that_is_not_shipped_need_its_file(tmp_path: Path) -> None:
    said = refusal(tmp_path, "report", "grocery", "--examples")
    assert said.startswith("grocery: --examples reads the data that the suite names")
    assert said.endswith("give the suite's file in place of its name")
