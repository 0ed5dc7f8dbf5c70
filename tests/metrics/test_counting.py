"""Counting without sorting gives the same tie groups as looking at every pair."""

from __future__ import annotations

import numpy as np
import pytest

from hierhash.codes.distances import Hamming
from hierhash.codes.hamming import hamming_distances
from hierhash.codes.packing import pack
from hierhash.labels.relevance import relevance_levels
from hierhash.labels.tree import LabelTree
from hierhash.metrics.average_precision import average_precision
from hierhash.metrics.counting import count_groups
from hierhash.metrics.retrieval_suite import evaluate_hamming, map_leaf, mean_defined
from tests.reference import ranking as literal

TREE = LabelTree.from_nested(
    {"A": {"a": ["a1", "a2"], "b": ["b1"]}, "C": {"c": ["c1", "c2"]}}, name="t"
)
SINGLE = [["a1"], ["a2"], ["b1"], ["c1"], ["c2"], ["A/a"], []]
SEVERAL = [["a1", "c1"], ["a2"], ["b1", "a1"], ["c1", "c2"], []]


@pytest.mark.parametrize("kinds", [SINGLE, SEVERAL], ids=["single path", "several paths"])
@pytest.mark.parametrize("bits", [7, 64, 100, 264])
def test_counts_are_those_of_every_pair(kinds, bits):
    rng = np.random.default_rng(bits)
    own = [kinds[i] for i in rng.integers(0, len(kinds), 40)]
    theirs = [kinds[i] for i in rng.integers(0, len(kinds), 90)]
    queries = pack(rng.standard_normal((40, bits)))
    database = pack(rng.standard_normal((90, bits)))
    query_labels, database_labels = TREE.encode(own), TREE.encode(theirs)
    distances = hamming_distances(queries, database)
    levels = relevance_levels(query_labels, database_labels)
    expected = literal.groups_of_distances(distances, levels, bits, TREE.depth)
    asked = queries, database, Hamming(bits), query_labels, database_labels
    counted = count_groups(*asked)
    assert np.array_equal(counted.counts, expected.counts)
    alone = count_groups(
        queries, database, Hamming(bits), query_labels, database_labels, leaf_only=True
    )
    np.testing.assert_allclose(
        average_precision(alone, 1), average_precision(expected, TREE.depth), equal_nan=True
    )
    suite = evaluate_hamming(queries, database, bits, query_labels, database_labels)
    assert map_leaf(queries, database, bits, query_labels, database_labels) == pytest.approx(
        suite.means["map_leaf"]
    )
    assert suite.means["map_level_1"] == pytest.approx(mean_defined(average_precision(expected, 1)))


def test_chunks_do_not_change_a_score(monkeypatch):
    rng = np.random.default_rng(0)
    labels = TREE.encode([SINGLE[i] for i in rng.integers(0, 5, 50)])
    codes = pack(rng.standard_normal((50, 16)))
    whole = evaluate_hamming(codes, codes, 16, labels, labels)
    monkeypatch.setattr("hierhash.metrics.retrieval_suite.CHUNK", 7)
    monkeypatch.setattr("hierhash.metrics.retrieval_suite.RANKED_AT_ONCE", 3)
    parts = evaluate_hamming(codes, codes, 16, labels, labels)
    assert parts.means == pytest.approx(whole.means)
    assert parts.curves == whole.curves
