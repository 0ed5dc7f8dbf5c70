"""The small text branch says nearly what the whole one says, in as many bytes as it is given."""

from __future__ import annotations

import numpy as np
import pytest

from hierhash.branches.mlp import MLPSettings
from hierhash.errors import RunError
from hierhash.features.text_vectorisers import VectoriserSpec, text_vectoriser
from hierhash.retrieval.small_branch import SmallBranch
from hierhash.retrieval.small_network import SmallNetwork, fixed_bytes, word_bytes
from hierhash.retrieval.text_branch import TextBranch
from tests.retrieval.test_text_branch import TEXTS, trained_branch, write_run

SHAPES = [MLPSettings(24, batch_norm, 0.0, "default") for batch_norm in (True, False)]


def run_of(folder, name, shape):
    vectoriser = text_vectoriser(VectoriserSpec(name, min_count=1))
    vectoriser.fit(TEXTS)
    branch = trained_branch(len(vectoriser.state()["vocabulary"]), shape)
    write_run(folder, name, vectoriser, branch, shape)
    return {f"{key}": tensor.numpy() for key, tensor in branch.state_dict().items()}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["words", "tfidf", "close_words"])
def test_it_says_nearly_what_the_whole_branch_says(tmp_path, name, shape):
    run_of(tmp_path, name, shape)
    whole, small = TextBranch(tmp_path).outputs(TEXTS), SmallBranch(tmp_path).outputs(TEXTS)
    assert np.abs(whole - small).max() < 0.02 * np.abs(whole).max()
    assert not np.array_equal(whole, small)


@pytest.mark.parametrize("shape", SHAPES)
def test_folded_batch_norms_are_the_same_numbers(tmp_path, shape):
    """By the formula: y = gain (x - mean) / sqrt(variance + 1e-5) + bias, layer by layer."""
    weights = run_of(tmp_path, "words", shape)
    words = weights["first.weight"].astype(np.float64)
    small = SmallNetwork.of(weights, range(len(words)))
    row = np.zeros(len(words))
    row[[0, 2]] = 2, 1
    hidden = row @ words + weights["first.bias"]
    layer = 1
    if shape.batch_norm:
        own = {key[7:]: weights[key].astype(np.float64) for key in weights if "rest.0." in key}
        hidden = (hidden - own["running_mean"]) / np.sqrt(own["running_var"] + 1e-5)
        hidden = hidden * own["weight"] + own["bias"]
        layer = 2
    outputs = weights[f"rest.{layer}.weight"] @ np.maximum(hidden, 0)
    outputs = outputs + weights[f"rest.{layer}.bias"]
    if shape.batch_norm:
        own = {key[7:]: weights[key].astype(np.float64) for key in weights if "rest.3." in key}
        outputs = (outputs - own["running_mean"]) / np.sqrt(own["running_var"] + 1e-5)
    given = np.maximum(row @ small.words.matrix + small.shift, 0)
    found = small.last.matrix @ given + small.bias
    assert np.abs(found - outputs).max() < 0.02 * np.abs(outputs).max()


def test_the_most_frequent_words_stay_and_it_fits(tmp_path):
    weights = run_of(tmp_path, "close_words", SHAPES[0])
    room = fixed_bytes(weights) + 3 * word_bytes(weights) + 1
    small = SmallBranch(tmp_path, largest=room)
    assert small.words.vocabulary == ["blue", "dress", "red"]  # of three texts each
    network = small.networks["category"]
    arrays = (network.words.numbers, network.words.scales, network.shift)
    last = (network.last.numbers, network.last.scales, network.bias)
    assert sum(array.nbytes for array in (*arrays, *last)) <= room
    assert small.readings("drss shoes") == {"drss": "dress"}
    assert small.notes("shoes red") == ["'shoes' is not known"]


@pytest.mark.parametrize(
    ("name", "shape", "said"),
    [
        ("ngrams", SHAPES[0], "features.text.name: close_words"),
        ("words", MLPSettings(0, True, 0.0, "default"), "has no small form"),
    ],
)
def test_what_has_no_small_form_says_so(tmp_path, name, shape, said):
    run_of(tmp_path, name, shape)
    with pytest.raises(RunError, match=said):
        SmallBranch(tmp_path)
