"""The asymmetric score: equal to Hamming for outputs of one magnitude, and tie-aware."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from hierhash.codes.coding import Signs
from hierhash.codes.distances import Hamming
from hierhash.codes.packing import pack
from hierhash.labels.tree import LabelTree
from hierhash.metrics.by_score import evaluate_scores
from hierhash.metrics.retrieval_suite import evaluate_hamming

TREE = LabelTree.from_nested({"A": ["a1", "a2"], "B": ["b1", "b2"]}, name="t")


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    leaf = rng.integers(0, 4, 300)
    labels = TREE.encode([[["a1", "a2", "b1", "b2"][i]] for i in leaf])
    outputs = rng.standard_normal((300, 6)).astype(np.float32)
    outputs[:, 0] = np.where(leaf < 2, 1, -1)  # labels go with the bytes of the codes
    return outputs, pack(outputs), labels


def test_saturated_outputs_rank_as_hamming_does(problem):
    outputs, codes, labels = problem
    saturated = np.where(outputs >= 0, 3.0, -3.0).astype(np.float32)
    cut = np.clip(saturated, -1, 1)
    found = evaluate_scores(cut, codes, Hamming(6), labels, labels).means
    expected = evaluate_hamming(codes, codes, 6, labels, labels, canonical=False).means
    assert found == pytest.approx({name: expected[name] for name in found})


def test_real_outputs_rank_by_the_product(problem):
    labels = problem[2]
    rng = np.random.default_rng(1)
    wide = rng.uniform(-0.9, 0.9, (300, 24)).astype(np.float32)
    wide[:, :2] *= 30  # no single bit may decide, however large its output
    database = rng.standard_normal((300, 24)).astype(np.float32)
    scores = np.clip(wide, -1, 1) @ np.where(database >= 0, 1.0, -1.0).T
    leaf = labels.single_codes[:, -1]
    expected = np.mean(
        [average_precision_score(leaf == own, line) for own, line in zip(leaf, scores, strict=True)]
    )
    query = Signs()(wide, "text").query
    found = evaluate_scores(query, pack(database), Hamming(24), labels, labels).means
    assert found["map_leaf"] == pytest.approx(expected, abs=1e-4)
