"""Tie-aware metrics against the usual per-query sort: 2,000 queries x 18,015 items, 64 bits."""

from __future__ import annotations

import time

import numpy as np
from speed import record

from hierhash.codes.packing import pack, unpack
from hierhash.labels.items import ItemLabels
from hierhash.labels.relevance import relevance_levels
from hierhash.metrics.retrieval_suite import evaluate_hamming, map_leaf

QUERIES, ITEMS, BITS, REPEATS = 2000, 18015, 64, 5


def usual_map(queries, database, similar):
    """MAP as hashing repositories compute it: for each query a float distance row and a sort."""
    total = 0.0
    for query, own in zip(queries, similar, strict=True):
        truth = own.astype(np.float32)
        relevant = int(truth.sum())
        if not relevant:
            continue
        distance = 0.5 * (BITS - np.dot(query, database.T))
        truth = truth[np.argsort(distance)]
        ranks = np.asarray(np.where(truth == 1)) + 1.0
        total += np.mean(np.linspace(1, relevant, relevant) / ranks)
    return total / len(queries)


def problem():
    rng = np.random.default_rng(0)
    leaf = rng.integers(0, 82, QUERIES + ITEMS)
    prototypes = rng.standard_normal((82, BITS))
    codes = pack(prototypes[leaf] + 1.2 * rng.standard_normal((len(leaf), BITS)))
    paths = np.stack([leaf // 21, leaf // 3, leaf], axis=1).astype(np.int32)
    query = ItemLabels(paths[:QUERIES], np.arange(QUERIES + 1))
    item = ItemLabels(paths[QUERIES:], np.arange(ITEMS + 1))
    return codes[:QUERIES], codes[QUERIES:], query, item


def seconds(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    query, item, query_labels, item_labels = problem()
    signs = [unpack(codes, BITS).astype(np.float32) for codes in (query, item)]
    similar = relevance_levels(query_labels, item_labels) == 3
    suite, alone = [], []
    for _ in range(REPEATS):
        usual = seconds(lambda: usual_map(*signs, similar))
        whole = seconds(
            lambda: evaluate_hamming(query, item, BITS, query_labels, item_labels, canonical=False)
        )
        only = seconds(lambda: map_leaf(query, item, BITS, query_labels, item_labels))
        suite.append(usual / whole)
        alone.append(usual / only)
    rival = "per-query float distance and argsort, plain mAP"
    record("metrics", "whole tie-aware suite, one direction", rival, suite)
    record("metrics", "tie-aware mAP alone", rival, alone)
