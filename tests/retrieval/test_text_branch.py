"""Texts are answered in numpy as torch would answer them, and without loading what is slow."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys

import numpy as np
import pytest
import torch
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from hierhash.branches.mlp import MLPBranch, MLPSettings
from hierhash.branches.rows import FeatureRows
from hierhash.branches.two_branch import outputs_of
from hierhash.errors import DataError, RunError
from hierhash.features.text_vectorisers import VectoriserSpec, text_vectoriser
from hierhash.features.words import Words
from hierhash.retrieval.text_branch import TextBranch
from hierhash.training.weights_file import save_weights

TEXTS = ["red summer dress", "blue summer shoes", "Red red SHOES", "红色 连衣裙 red", "blue dress"]
SHAPES = [
    MLPSettings(hidden, batch_norm, dropout, "default")
    for hidden, batch_norm, dropout in itertools.product((0, 7), (True, False), (0.0, 0.3))
]


def trained_branch(width, shape, statistics=None):
    """A branch whose batch norms have seen something."""
    torch.manual_seed(0)
    branch = MLPBranch(width, 16, shape, statistics)
    for _ in range(3):
        branch(torch.randn(20, width) * 3 + 1)
    return branch.eval()


def write_run(folder, name, vectoriser, branch, shape):
    text = {"hidden": shape.hidden, "batch_norm": shape.batch_norm, "dropout": shape.dropout}
    content = {"features": {"text": {"name": name}}, "model": {"text": text}, "bits": 16}
    (folder / "config.yaml").write_text(yaml.safe_dump(content))
    (folder / "vectoriser.json").write_text(json.dumps(vectoriser.state()))
    (folder / "model.json").write_text("{}")
    weights = {f"text.{key}": tensor.numpy() for key, tensor in branch.state_dict().items()}
    save_weights(folder / "model.safetensors", weights)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["words", "tfidf", "ngrams"])
def test_numpy_gives_what_torch_gives(tmp_path, name, shape):
    vectoriser = text_vectoriser(VectoriserSpec(name, min_count=1))
    vectoriser.fit(TEXTS)
    branch = trained_branch(len(vectoriser.vocabulary), shape)
    write_run(tmp_path, name, vectoriser, branch, shape)
    asked = [*TEXTS, "unknown words", "blue"]
    wanted = outputs_of(branch, FeatureRows(vectoriser.transform(asked)))
    found = TextBranch(tmp_path).outputs(asked)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, wanted, atol=1e-5, rtol=1e-5)


def test_dense_features_are_standardised_as_in_training(tmp_path, monkeypatch):
    rows = np.random.default_rng(0).standard_normal((3, 5)).astype(np.float32)

    class Dense:
        def transform(self, texts):
            return rows[: len(texts)]

        def state(self):
            return {}

        def load_state(self, state):
            pass

    monkeypatch.setattr("hierhash.retrieval.text_branch.text_vectoriser", lambda spec: Dense())
    shape = MLPSettings(6, True, 0.0, "default")
    branch = trained_branch(5, shape, (torch.full((5,), 0.5), torch.full((5,), 2.0)))
    write_run(tmp_path, "dense", Dense(), branch, shape)
    wanted = outputs_of(branch, FeatureRows(rows))
    np.testing.assert_allclose(TextBranch(tmp_path).outputs(["a"] * 3), wanted, atol=1e-5)


def test_a_text_that_says_nothing_is_refused(tmp_path):
    words = Words("words", min_count=1)
    words.fit(TEXTS)
    shape = SHAPES[0]
    write_run(tmp_path, "words", words, trained_branch(len(words.vocabulary), shape), shape)
    branch = TextBranch(tmp_path)
    branch.check("dress")
    with pytest.raises(DataError, match=r"text 'dres': no word of it .*known words: dress"):
        branch.check("dres")
    with pytest.raises(DataError, match="the text is empty"):
        branch.check("  ")
    (tmp_path / "vectoriser.json").unlink()
    with pytest.raises(RunError, match="precomputed text features; it reads no text"):
        TextBranch(tmp_path)


@given(st.text(max_size=40), st.tuples(st.integers(1, 3), st.integers(0, 3)))
def test_tokens_are_those_that_scikit_learn_takes(text, span):
    ngram = (span[0], span[0] + span[1])
    words = CountVectorizer(token_pattern=r"(?u)\b\w+\b").build_analyzer()
    grams = CountVectorizer(analyzer="char_wb", ngram_range=ngram).build_analyzer()
    assert Words("words").tokens(text) == words(text)
    assert Words("ngrams", ngram=ngram).tokens(text) == grams(text)


SPY = """
import sys
sys.argv = ["hierhash", "search", {index!r}, "--text", {text!r}]
from hierhash.cli.main import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
slow = [name for name in ("torch", "sklearn", "pandas", "torchvision", "matplotlib")
        if name in sys.modules]
assert not slow, slow
"""


def test_a_text_query_loads_none_of_the_slow_libraries(trained):
    code = SPY.format(index=str(trained / "index"), text="hats")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Wear > Hats" in done.stdout
