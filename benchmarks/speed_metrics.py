"""Tie-aware metrics against the usual per-query sort: 2,000 queries x 18,015 items, 64 bits."""

from __future__ import annotations

import time

import numpy as np
from speed import record

from hierhash.codes.packing import pack, unpack
from hierhash.labels.items import ItemLabels
from hierhash.metrics.retrieval_suite import evaluate_hamming, map_leaf

QUERIES, ITEMS, BITS, REPEATS = 2000, 18015, 64, 5


def usual_map(queries, database, truths):
    """MAP as hashing repositories compute it, query by query, on float32 signs."""
    total = 0.0
    for query, truth in zip(queries, truths, strict=True):
        relevant = int(truth.sum())
        if not relevant:
            continue
        distance = 0.5 * (BITS - np.dot(query, database.T))
        truth = truth[np.argsort(distance)]
        ranks = np.asarray(np.where(truth == 1)) + 1.0
        total += np.mean(np.linspace(1, relevant, relevant) / ranks)
    return total / len(queries)


def usual_truths(queries, database):
    """Their ground truth: for each query a product with the label vectors of all items."""
    return ((np.dot(query, database.T) > 0).astype(np.float32) for query in queries)


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
    one_hot = np.eye(82, dtype=np.float32)
    vectors = [one_hot[labels.single_codes[:, -1]] for labels in (query_labels, item_labels)]
    given = list(usual_truths(*vectors))
    ratios = {(ours, rival): [] for ours in ("suite", "mAP alone") for rival in ("whole", "sort")}
    for _ in range(REPEATS):
        rivals = {
            "whole": seconds(lambda: usual_map(*signs, usual_truths(*vectors))),
            "sort": seconds(lambda: usual_map(*signs, given)),
        }
        ours = {
            "suite": seconds(
                lambda: evaluate_hamming(
                    query, item, BITS, query_labels, item_labels, canonical=False
                )
            ),
            "mAP alone": seconds(lambda: map_leaf(query, item, BITS, query_labels, item_labels)),
        }
        for own, rival in ratios:
            ratios[own, rival].append(rivals[rival] / ours[own])
    named = {
        "whole": "per query: label product, float distance, argsort; plain mAP",
        "sort": "the same with the ground truth given",
    }
    for (own, rival), found in ratios.items():
        record("metrics", f"tie-aware {own}, one direction", named[rival], found)
