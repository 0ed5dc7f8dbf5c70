"""Every tie-aware metric equals the literal mean over all orders of the ties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, ndcg_score

from hierhash.metrics import canonical
from hierhash.metrics.average_precision import average_precision
from hierhash.metrics.cumulative_gain import acg_at, ndcg_at, weighted_recall_at
from hierhash.metrics.hierarchical_ap import hierarchical_ap, hierarchical_ap_population
from hierhash.metrics.precision import precision_at, precision_within, radius_counts, recall_at
from tests.reference import ranking as literal

DEPTH = 3
BITS = 4

lists = st.lists(
    st.tuples(st.integers(0, BITS), st.integers(0, DEPTH)), min_size=1, max_size=6
).map(lambda pairs: ([d for d, _ in pairs], [own for _, own in pairs]))


def groups_of(distances, levels):
    return literal.groups_of_distances(
        np.array([distances], dtype=np.uint8), np.array([levels], dtype=np.int8), BITS, DEPTH
    )


def hap(groups):
    return hierarchical_ap(np.stack([average_precision(groups, p) for p in range(1, DEPTH + 1)]))


def check(ours, metric, distances, levels):
    expected = literal.expectation(metric, distances, levels)
    np.testing.assert_allclose(ours, [expected], rtol=1e-9, atol=1e-12)


@given(lists, st.integers(1, DEPTH))
@settings(max_examples=60, deadline=None)
def test_average_precision(pair, level):
    check(
        average_precision(groups_of(*pair), level),
        lambda order: literal.average_precision(order, level),
        *pair,
    )


@given(lists)
@settings(max_examples=60, deadline=None)
def test_hierarchical_ap_is_the_literal_h_rank_formula(pair):
    rel = literal.relevance_map(pair[1], DEPTH)
    check(
        hap(groups_of(*pair)),
        lambda order: literal.hierarchical_ap(order, rel),
        *pair,
    )


@given(lists)
@settings(max_examples=60, deadline=None)
def test_population_hierarchical_ap(pair):
    rel = literal.relevance_population(pair[1], DEPTH)
    check(
        hierarchical_ap_population(groups_of(*pair)),
        lambda order: literal.hierarchical_ap(order, rel),
        *pair,
    )


@given(lists, st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_graded_and_precision_at_k(pair, k):
    groups = groups_of(*pair)
    check(ndcg_at(groups, k), lambda order: literal.ndcg(order, k), *pair)
    check(acg_at(groups, k), lambda order: literal.acg(order, k), *pair)
    check(weighted_recall_at(groups, k), lambda order: literal.weighted_recall(order, k), *pair)
    check(precision_at(groups, k, DEPTH), lambda o: literal.precision(o, k, DEPTH), *pair)


@given(lists)
@settings(max_examples=60, deadline=None)
def test_canonical_order_is_distance_then_row(pair):
    distances, levels = pair
    scores = canonical.canonical_scores(
        np.array([distances], dtype=np.uint8), np.array([levels], dtype=np.int8), DEPTH, k=3
    )
    order = sorted(range(len(levels)), key=lambda i: (distances[i], i))
    ranked = [levels[i] for i in order]
    for level in range(1, DEPTH + 1):
        np.testing.assert_allclose(
            scores[f"map_level_{level}"], [literal.average_precision(ranked, level)]
        )
    np.testing.assert_allclose(
        scores["hap"],
        [literal.hierarchical_ap(ranked, literal.relevance_map(levels, DEPTH))],
    )
    np.testing.assert_allclose(scores["ndcg"], [literal.ndcg(ranked, 3)])


def test_scikit_learn_agrees_without_ties():
    rng = np.random.default_rng(0)
    distances = rng.permutation(200)
    levels = rng.integers(0, DEPTH + 1, 200)
    groups = literal.groups_of_distances(
        distances[None].astype(np.uint16), levels[None].astype(np.int8), 200, DEPTH
    )
    expected = average_precision_score(levels >= 2, -distances)
    assert average_precision(groups, 2)[0] == pytest.approx(expected)
    expected = ndcg_score([2.0**levels - 1], [-distances.astype(float)], k=50)
    assert ndcg_at(groups, 50)[0] == pytest.approx(expected)


def test_scikit_learn_ndcg_agrees_with_ties():
    distances = np.array([0, 1, 1, 1, 2, 2, 3])
    levels = np.array([1, 3, 0, 2, 0, 3, 1])
    groups = groups_of(distances, levels)
    expected = ndcg_score([2.0**levels - 1], [-distances.astype(float)])
    assert ndcg_at(groups, 7)[0] == pytest.approx(expected)


def test_a_query_with_nothing_relevant_is_nan_not_zero():
    groups = groups_of([0, 1], [0, 0])
    assert np.isnan(average_precision(groups, 1)[0])
    assert np.isnan(hap(groups)[0])
    assert np.isnan(hierarchical_ap_population(groups)[0])
    assert np.isnan(ndcg_at(groups, 5)[0])


def test_levels_without_relevant_items_are_left_out_of_hap():
    groups = groups_of([0, 1, 2], [2, 1, 0])
    assert hap(groups)[0] == pytest.approx(1.0)


def test_precision_within_radius_counts_an_empty_ball_as_zero():
    groups = groups_of([3, 4], [3, 3])
    assert precision_within(groups, 2, DEPTH)[0] == 0.0


def test_radius_curve_pools_over_queries():
    groups = literal.groups_of_distances(
        np.array([[0, 1, 2], [0, 0, 4]], dtype=np.uint8),
        np.array([[3, 0, 3], [0, 3, 3]], dtype=np.int8),
        BITS,
        DEPTH,
    )
    hits, found, relevant = radius_counts(groups, DEPTH)
    assert hits.tolist() == [2, 2, 3, 3, 4]
    assert found.tolist() == [3, 4, 5, 5, 6]
    assert relevant.tolist() == [4] * 5


def test_recall_at_everything_is_one():
    assert recall_at(groups_of([0, 1, 2], [3, 0, 3]), 3, DEPTH)[0] == 1.0
