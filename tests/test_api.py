"""The Python API: docs/api.md run as it stands, and what it refuses."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import hierhash
from hierhash.errors import InputError
from hierhash.labels import LabelTree

DOCS = Path(__file__).resolve().parent.parent / "docs"
TREE = LabelTree.from_nested(["a", "b"], name="two")


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """What the blocks of docs/api.md leave behind."""
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "api.md").read_text(), re.DOTALL)
    names: dict = {}
    folder = tmp_path_factory.mktemp("api")
    with contextlib.chdir(folder):
        for block in blocks:
            exec(block, names)
        yield names


def test_the_page_says_what_happens(ran):
    assert ran["codes"].shape == (2, 4)
    assert ran["codes"].dtype == np.uint8
    assert len(ran["path"]) == ran["run"].tree.depth
    assert [len(ran["hits"]), len(ran["found"])] == [5, 3]
    assert ran["hits"] == hierhash.load_index("runs/sample-index").search("red flower", k=5)
    assert 0 < ran["scores"]["i2t"]["map_leaf"] < 1
    below = ran["index"].search("red flower", k=9, under="plants")
    assert below
    assert all(path[0] == "plants" for hit in below for path in hit.item["paths"][:1])


def test_a_run_of_arrays_is_one_for_the_command_line(ran):
    command = [sys.executable, "-m", "hierhash.cli.main", "evaluate", "runs/shop", "--json"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert '"i2t"' in said.stdout


def test_encoding_is_that_of_the_index(ran):
    index = ran["shop"].index("runs/again", modality="image")
    exact = index.store.read()
    ids = [int(exact.item(row)["id"]) for row in range(len(index))]
    codes = ran["shop"].encode(image_features=ran["pictures"][ids])
    assert np.array_equal(codes, exact.codes)


WRONG = [
    ({}, "give a source, or else arrays"),
    ({"source": "sample", "labels": [["a"]]}, "give a source, or else arrays"),
    ({"source": "smaple"}, "did you mean 'sample'"),
    ({"labels": [["a"]], "image_features": np.ones((1, 2))}, "arrays need labels and a tree"),
    ({"labels": [["a"]], "tree": TREE, "image_features": np.ones((1, 2))}, "give text_features"),
    (
        {"labels": [["a"]], "tree": TREE, "image_features": np.ones((2, 2)), "texts": ["x"]},
        "image_features: 2 rows for 1 labels",
    ),
    ({"source": "sample", "method": "dcmh_tunde"}, "did you mean 'dcmh_tuned'"),
    ({"source": "sample", "bits": 16.5}, "bits: a whole number is expected, got 16.5"),
    ({"source": "sample", "bits": "32"}, "bits: a whole number is expected, got '32'"),
    ({"source": "sample", "settings": ["bits=8"]}, "settings: give a mapping of dotted keys"),
    ({"labels": [0], "tree": TREE, "texts": ["x"]}, "labels: row 0 is 0; give a name or path"),
    ({"labels": [["a"]], "tree": {"A": ["a"]}, "texts": ["x"]}, "tree: give LabelTree.from_nest"),
]


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_what_cannot_be_trained_is_refused_and_nothing_is_written(tmp_path, given, said):
    with contextlib.chdir(tmp_path), pytest.raises(InputError, match=re.escape(said)):
        hierhash.train(**{"out": "run"} | given)
    assert not list(tmp_path.iterdir())


def test_queries_that_a_run_cannot_read_are_refused(ran):
    for asked in ({}, {"text": "x", "image": "y.png"}):
        with pytest.raises(InputError, match="give one of texts, images"):
            ran["index"].search(**asked)
    with pytest.raises(InputError, match="2 rows of features; a search takes one query"):
        hierhash.load_index("runs/shop-index").search(text_features=ran["titles"][:2])
    with pytest.raises(InputError, match="precomputed text features"):
        ran["shop"].encode(texts=["dress"])
    with pytest.raises(InputError, match=r"rows of shape \(5,\), the run was trained on \(3,\)"):
        ran["shop"].encode(image_features=np.ones((1, 5)))


def test_the_package_is_light_until_it_is_used():
    code = "import sys, hierhash; hierhash.__version__; print('torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
    with pytest.raises(AttributeError, match="has no attribute 'trian'"):
        _ = hierhash.trian
