"""Codes of another length than the one told are refused, not scored."""

from __future__ import annotations

import numpy as np
import pytest

from hierhash.codes.distances import Hamming
from hierhash.labels.tree import LabelTree
from hierhash.metrics.by_score import evaluate_scores
from hierhash.metrics.retrieval_suite import evaluate_hamming, map_leaf

TREE = LabelTree.from_nested({"A": ["a", "b"]}, name="t")
LABELS = TREE.encode([["a"], ["b"], ["a"]])
LONG = np.full((3, 8), 0xFF, dtype=np.uint8)


@pytest.mark.parametrize("score", [evaluate_hamming, map_leaf])
@pytest.mark.parametrize("bits", [48, 56, 72, 8])
def test_codes_of_another_width(score, bits):
    right = np.zeros((3, bits // 8), dtype=np.uint8)
    for queries, database in ((LONG, right), (right, LONG)):
        with pytest.raises(ValueError, match=f"codes of {bits} bits have {bits // 8} bytes a row"):
            score(queries, database, bits, LABELS, LABELS)


@pytest.mark.parametrize("score", [evaluate_hamming, map_leaf])
def test_padding_that_is_not_zero(score):
    clean = LONG & np.array([0xFF] * 7 + [0xF0], dtype=np.uint8)
    score(clean, clean, 60, LABELS, LABELS)
    for queries, database in ((LONG, clean), (clean, LONG)):
        with pytest.raises(ValueError, match="end with 4 zeros in their last byte"):
            score(queries, database, 60, LABELS, LABELS)


def test_codes_of_an_asymmetric_database():
    outputs = np.zeros((3, 60), dtype=np.float32)
    with pytest.raises(ValueError, match="end with 4 zeros in their last byte"):
        evaluate_scores(outputs, LONG, Hamming(60), LABELS, LABELS)
