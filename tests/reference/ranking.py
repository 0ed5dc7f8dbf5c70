"""Literal ranking metrics of one list of levels; ties by averaging all orders."""

from __future__ import annotations

import itertools
import math

import numpy as np

from hierhash.metrics.groups import RankedGroups


def average_precision(levels, level):
    hits, total = 0, 0.0
    for rank, own in enumerate(levels, start=1):
        if own >= level:
            hits += 1
            total += hits / rank
    return total / hits if hits else math.nan


def hierarchical_ap(levels, rel):
    """rel: relevance of each exact level, rel[0] = 0 (HAPPIER eq. of H-rank)."""
    total, mass = 0.0, 0.0
    for k, own in enumerate(levels):
        if own == 0:
            continue
        h_rank = rel[own] + sum(min(rel[own], rel[above]) for above in levels[:k])
        total += h_rank / (k + 1)
        mass += rel[own]
    return total / mass if mass else math.nan


def relevance_map(levels, depth):
    """rel(l) = sum_{p <= l} (1/L) / |items of level >= p|."""
    rel = [0.0] * (depth + 1)
    for own in range(1, depth + 1):
        for p in range(1, own + 1):
            count = sum(x >= p for x in levels)
            if count:
                rel[own] += 1 / depth / count
    return rel


def relevance_population(levels, depth):
    return [
        (own / depth) / levels.count(own) if own and levels.count(own) else 0.0
        for own in range(depth + 1)
    ]


def dcg(levels, k):
    return sum((2**own - 1) / math.log2(1 + rank) for rank, own in enumerate(levels[:k], start=1))


def ndcg(levels, k):
    ideal = dcg(sorted(levels, reverse=True), k)
    return dcg(levels, k) / ideal if ideal else math.nan


def acg(levels, k):
    return sum(levels[:k]) / k


def weighted_recall(levels, k):
    return sum(levels[:k]) / sum(levels) if sum(levels) else math.nan


def precision(levels, k, level):
    return sum(x >= level for x in levels[:k]) / k


def orders(distances, levels):
    """Every order of the items that sorts the distances."""
    groups = [
        [own for d, own in zip(distances, levels, strict=True) if d == distance]
        for distance in sorted(set(distances))
    ]
    for arrangement in itertools.product(*(itertools.permutations(g) for g in groups)):
        yield [own for group in arrangement for own in group]


def expectation(metric, distances, levels):
    values = [metric(list(order)) for order in orders(distances, levels)]
    return sum(values) / len(values)


def groups_of_distances(distances, levels, bits, depth):
    """Tie groups by looking at every pair, in a loop."""
    counts = np.zeros((len(distances), bits + 1, depth + 1), dtype=np.int64)
    for query, (row, own) in enumerate(zip(distances, levels, strict=True)):
        for distance, level in zip(row, own, strict=True):
            counts[query, int(distance), int(level)] += 1
    return RankedGroups(counts)
