"""All ranking metrics of one retrieval direction, chunk by chunk.

Memory: a chunk of ``CHUNK`` queries holds a few tables of CHUNK x (bits + 1) x (L + 1) numbers of 8
bytes, and a query a few arrays of n; the canonical order ranks RANKED_AT_ONCE queries at a time, a
few arrays of RANKED_AT_ONCE x n. Nothing of queries x database as a whole ever exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.distances import Distance, Hamming
from hierhash.codes.packing import Codes, check_codes
from hierhash.labels.items import ItemLabels
from hierhash.labels.relevance import relevance_levels
from hierhash.metrics.average_precision import average_precision
from hierhash.metrics.canonical import canonical_scores
from hierhash.metrics.counting import count_groups
from hierhash.metrics.cumulative_gain import acg_at, ndcg_at, weighted_recall_at
from hierhash.metrics.groups import RankedGroups, Scores
from hierhash.metrics.hierarchical_ap import hierarchical_ap, hierarchical_ap_population
from hierhash.metrics.precision import precision_at, precision_within, radius_counts, recall_at

CHUNK = 2048
RANKED_AT_ONCE = 64
K = 100
CURVE_RANKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)

PerQuery = dict[str, Scores]


@dataclass(frozen=True)
class DirectionResult:
    """What one direction (i2t, say) gives.

    Args:
        means: Metric to its mean over the queries that have something relevant.
        per_query: Metric to one score a query, NaN where it has nothing relevant.
        curves: ``rank`` (ranks), ``precision`` and ``recall`` by rank, and ``radius_precision`` and
            ``radius_recall`` by Hamming radius (pooled over queries), all for leaf matches.
        skipped: Queries with no leaf match in the database, or unknown below an inner node.
    """

    means: dict[str, float]
    per_query: PerQuery
    curves: dict[str, list[float]]
    skipped: int


def evaluate_hamming(
    queries: Codes,
    database: Codes,
    bits: int,
    query_labels: ItemLabels,
    database_labels: ItemLabels,
    canonical: bool = True,
) -> DirectionResult:
    """Every ranking metric of the protocol by Hamming distance.

    Args:
        queries: Packed codes of q queries.
        database: Packed codes of n items.
        bits: Length of the codes.
        query_labels: Labels of the queries.
        database_labels: Labels of the items, of the same tree.
        canonical: Also the values under the canonical order (prefix ``canonical/``).

    Raises:
        ValueError: The codes are not of that length.

    Example:
        >>> from hierhash.labels.tree import LabelTree
        >>> tree = LabelTree.from_nested({"Shoes": ["Heels", "Boots"], "Hats": []})
        >>> labels = tree.encode([["Heels"], ["Boots"], ["Hats"]])
        >>> codes = np.array([[0b0000], [0b0001], [0b1111]], dtype=np.uint8)
        >>> result = evaluate_hamming(codes, codes, 8, labels, labels)
        >>> result.means["map_leaf"], result.means["hap"]
        (1.0, 1.0)
    """
    check_codes(queries, bits)
    check_codes(database, bits)
    return evaluate_codes(
        queries, database, Hamming(bits), query_labels, database_labels, canonical
    )


def evaluate_codes(
    queries: Codes,
    database: Codes,
    distance: Distance,
    query_labels: ItemLabels,
    database_labels: ItemLabels,
    canonical: bool = True,
) -> DirectionResult:
    """As ``evaluate_hamming``, by any distance of whole numbers.

    Raises:
        ValueError: The distance has scores alone.
    """
    if distance.steps is None:
        raise ValueError(f"{distance.name}: no whole-number distance to rank by")
    chunks: list[PerQuery] = []
    ranks = [k for k in CURVE_RANKS if k <= len(database)]
    by_rank: list[NDArray[np.float64]] = []
    by_radius = np.zeros((3, distance.steps + 1))
    depth = database_labels.depth
    for rows in _chunks(len(queries)):
        own = query_labels.subset(rows)
        groups = count_groups(queries[rows], database, distance, own, database_labels)
        scores = group_scores(groups)
        scores["precision_radius_2"] = _where_relevant(
            precision_within(groups, 2, depth), scores["map_leaf"]
        )
        if canonical:
            ordered = _canonical(queries[rows], database, distance, own, database_labels)
            scores |= {f"canonical/{name}": value for name, value in ordered.items()}
        chunks.append(scores)
        by_rank.append(rank_curve(groups, ranks))
        by_radius += radius_counts(groups, depth)
    per_query = {name: np.concatenate([c[name] for c in chunks]) for name in chunks[0]}
    per_query["leaf"] = leaf_of(query_labels)
    return direction_result(per_query, ranks, np.concatenate(by_rank), by_radius)


def group_scores(groups: RankedGroups) -> PerQuery:
    """The tie-aware metrics of ranked groups, by name, one float64 array of shape (q,) each."""
    depth = groups.depth
    levels = np.stack([average_precision(groups, p) for p in range(1, depth + 1)])
    scores: PerQuery = {f"map_level_{p}": levels[p - 1] for p in range(1, depth + 1)}
    leaf = levels[-1]
    scores |= {
        "map_leaf": leaf,
        "hap": hierarchical_ap(levels),
        "hap_pop": hierarchical_ap_population(groups),
        f"ndcg@{K}": ndcg_at(groups, K),
        f"acg@{K}": acg_at(groups, K),
        f"weighted_recall@{K}": weighted_recall_at(groups, K),
    }
    for k in (1, 10, K):
        scores[f"precision@{k}"] = _where_relevant(precision_at(groups, k, depth), leaf)
    return scores


def _chunks(n: int) -> Iterator[NDArray[np.intp]]:
    for start in range(0, n, CHUNK):
        yield np.arange(start, min(start + CHUNK, n))


def _canonical(
    queries: Codes,
    database: Codes,
    distance: Distance,
    query_labels: ItemLabels,
    database_labels: ItemLabels,
) -> PerQuery:
    """The scores under the canonical order, which takes blocks of whole rankings."""
    blocks = []
    for start in range(0, len(queries), RANKED_AT_ONCE):
        rows = slice(start, start + RANKED_AT_ONCE)
        distances = distance.between(queries[rows], database)
        levels = relevance_levels(query_labels, database_labels, rows)
        blocks.append(canonical_scores(distances, levels, database_labels.depth, K))
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _where_relevant(scores: Scores, like: Scores) -> Scores:
    return np.where(np.isnan(like), np.nan, scores)


def rank_curve(groups: RankedGroups, ranks: list[int]) -> NDArray[np.float64]:
    """Precision and recall of each query at each rank, shape (q, 2, ranks)."""
    leaf = groups.depth
    precision = np.stack([precision_at(groups, k, leaf) for k in ranks], axis=1)
    recall = np.stack([recall_at(groups, k, leaf) for k in ranks], axis=1)
    return np.stack([precision, recall], axis=1)


def leaf_of(labels: ItemLabels) -> Scores:
    """Leaf code of each query (the first path's), -1 where unknown."""
    leaves = np.full(labels.n, -1.0)
    some = np.flatnonzero(np.diff(labels.offsets))
    leaves[some] = labels.codes[labels.offsets[some], -1]
    return leaves


def direction_result(
    per_query: PerQuery,
    ranks: list[int],
    by_rank: NDArray[np.float64],
    by_radius: NDArray[np.float64],
) -> DirectionResult:
    """Means and curves of per-query scores; ``by_radius`` as from ``radius_counts``."""
    leaf_ap, leaf = per_query["map_leaf"], per_query["leaf"]
    counted = ~np.isnan(leaf_ap)
    means = {name: mean_defined(v) for name, v in per_query.items() if name != "leaf"}
    means["map_leaf_macro"] = macro_mean(leaf_ap, leaf)
    precision, recall = by_rank[counted].mean(axis=0) if counted.any() else by_rank.sum(axis=0)
    hits, found, relevant = by_radius
    curves = {
        "rank": [float(k) for k in ranks],
        "precision": precision.round(5).tolist(),
        "recall": recall.round(5).tolist(),
        "radius_precision": (hits / np.maximum(found, 1)).round(5).tolist(),
        "radius_recall": (hits / np.maximum(relevant, 1)).round(5).tolist(),
    }
    return DirectionResult(means, per_query, curves, int((~counted).sum()))


def mean_defined(scores: Scores) -> float:
    """Mean over the queries that have something relevant; NaN if there are none."""
    kept = scores[~np.isnan(scores)]
    return float(kept.mean()) if len(kept) else float("nan")


def macro_mean(scores: Scores, leaf: Scores) -> float:
    """Mean over leaves of the mean over each leaf's queries.

    Example:
        >>> macro_mean(np.array([1.0, 1.0, 0.0]), np.array([0, 0, 1]))
        0.5
    """
    kept = ~np.isnan(scores)
    means = [float(scores[kept & (leaf == one)].mean()) for one in np.unique(leaf[kept])]
    return float(np.mean(means)) if means else float("nan")


def map_leaf(
    queries: Codes,
    database: Codes,
    bits: int,
    query_labels: ItemLabels,
    database_labels: ItemLabels,
) -> float:
    """Tie-aware leaf mAP alone, as in ``evaluate_hamming``."""
    check_codes(queries, bits)
    check_codes(database, bits)
    scores = []
    for rows in _chunks(len(queries)):
        own = query_labels.subset(rows)
        groups = count_groups(
            queries[rows], database, Hamming(bits), own, database_labels, leaf_only=True
        )
        scores.append(average_precision(groups, level=1))
    return mean_defined(np.concatenate(scores))
