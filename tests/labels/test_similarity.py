from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hierhash.labels import ItemLabels, LabelTree, LevelSimilarity, lca_height_similarity
from hierhash.labels.relevance import heights
from hierhash.testing.strategies import Case, cases, trees
from tests.reference import similarity as slow

overlaps = st.sampled_from(["any", "jaccard"])


def one_level(S: LevelSimilarity, level: int) -> LevelSimilarity:
    """The similarity in which one level has all the weight."""
    weights = np.eye(S.labels.depth)[level - 1]
    return LevelSimilarity(S.labels, weights, S.overlap)


@given(cases(), overlaps)
def test_dense_is_the_literal_formula(case: Case, overlap):
    S = LevelSimilarity(case.labels, case.weights, overlap)
    expected = slow.similarity(case.items, case.weights, case.childless, overlap)
    np.testing.assert_allclose(S.dense(), expected, atol=1e-6)
    assert S.dense().dtype == np.float32
    for level in range(1, case.tree.depth + 1):
        one = slow.one_level(case.items, level, case.tree.depth, case.childless, overlap)
        np.testing.assert_allclose(one_level(S, level).dense(), one, atol=1e-6)


@given(cases(), overlaps)
def test_symmetric_unit_diagonal_and_bounded(case: Case, overlap):
    S = LevelSimilarity(case.labels, case.weights, overlap).dense()
    assert (S == S.T).all()
    assert (S.diagonal() == 1).all()
    assert S.min() >= 0
    assert S.max() <= 1


@given(cases(paths_per_item=1))
def test_single_path_items_are_ultrametric_and_psd(case: Case):
    S = LevelSimilarity(case.labels, case.weights).dense().astype(float)
    for j in range(len(S)):
        assert (np.minimum(S[:, j][:, None], S[j][None, :]) - 1e-6 <= S).all()
    assert np.linalg.eigvalsh(S).min() > -1e-5


@given(cases())
def test_jaccard_of_many_paths_is_psd(case: Case):
    S = LevelSimilarity(case.labels, case.weights, "jaccard").dense().astype(float)
    assert np.linalg.eigvalsh(S).min() > -1e-5


@given(cases(), overlaps, st.data())
def test_block_is_part_of_dense(case: Case, overlap, data):
    S = LevelSimilarity(case.labels, case.weights, overlap)
    numbers = st.lists(st.integers(0, len(case.items) - 1), max_size=6)
    rows = np.array(data.draw(numbers), dtype=np.int64)
    cols = np.array(data.draw(numbers), dtype=np.int64)
    np.testing.assert_array_equal(S.block(rows, cols), S.dense()[rows][:, cols])
    np.testing.assert_array_equal(S.block(slice(1, None, 2), None), S.dense()[1::2])
    mask = np.arange(len(case.items)) % 2 == 0
    np.testing.assert_array_equal(S.block(mask, cols), S.dense()[mask][:, cols])
    for level in range(1, case.tree.depth + 1):
        whole = one_level(S, level).dense()
        np.testing.assert_array_equal(one_level(S, level).block(rows, cols), whole[rows][:, cols])


@given(cases(), overlaps)
def test_dot_is_dense_times_v(case: Case, overlap):
    S = LevelSimilarity(case.labels, case.weights, overlap)
    V = np.random.default_rng(0).normal(size=(S.n, 3))
    np.testing.assert_allclose(S.dot(V), S.dense().astype(float) @ V, atol=1e-5)
    np.testing.assert_allclose(S.dot(V[:, 0]), S.dot(V)[:, 0])
    assert S.dot(V.astype(np.float32)).dtype == np.float32


@given(cases(), overlaps)
def test_set_ids_and_sharing_give_the_level_similarity(case: Case, overlap):
    S = LevelSimilarity(case.labels, case.weights, overlap)
    assert S.set_ids.shape == (S.n, case.tree.depth)
    for level in range(1, case.tree.depth + 1):
        ids = S.set_ids[:, level - 1]
        sharing = S.sharing(level)
        known = np.flatnonzero(ids >= 0)
        whole = one_level(S, level).block(known, known)
        if sharing is None:
            equal = np.equal(ids[known][:, None], ids[known][None, :])
            np.testing.assert_array_equal(whole, equal)
        else:
            between = sharing(np.arange(len(sharing)))
            np.testing.assert_array_equal(whole, between[ids[known]][:, ids[known]])
            V = np.random.default_rng(1).normal(size=(len(sharing), 2))
            np.testing.assert_allclose(sharing.times(V, rows_at_once=2), between @ V, atol=1e-6)


@given(cases(leaves_only=True))
def test_a_flat_tree_gives_the_share_a_label_matrix_of_dcmh(case: Case):
    names = [[path[-1] + str(path) for path in item] for item in case.items]
    flat = LabelTree.from_nested(sorted({name for item in names for name in item}), name="flat")
    labels = flat.encode([[(name,) for name in item] for item in names])
    hot = np.zeros((len(names), len(flat.leaves)))
    for i, item in enumerate(names):
        hot[i, [flat.leaves.index((name,)) for name in item]] = 1
    np.testing.assert_array_equal(LevelSimilarity(labels, flat.weights()).dense(), hot @ hot.T > 0)


@given(cases())
@settings(max_examples=30)
def test_likelihood_of_weighted_s_is_the_weighted_likelihood(case: Case):
    S = LevelSimilarity(case.labels, case.weights)
    theta = np.random.default_rng(0).normal(size=(S.n, S.n)) * 3
    parts = [
        weight * slow.likelihood(theta, one_level(S, level).dense())
        for level, weight in enumerate(case.weights, start=1)
    ]
    assert sum(parts) == pytest.approx(slow.likelihood(theta, S.dense()), rel=1e-5)


@given(trees)
def test_lca_height_is_the_literal_formula(tree: LabelTree):
    height = heights(tree)
    found = lca_height_similarity(tree, tree.nodes)
    for i, u in enumerate(tree.nodes):
        for j, v in enumerate(tree.nodes):
            assert found[i, j] == pytest.approx(slow.lca_height(u, v, height.__getitem__))


def test_lca_height_is_uniform_level_similarity_on_an_even_tree():
    tree = LabelTree.from_nested({"A": {"a": ["x", "y"]}, "B": {"b": ["z"], "c": ["w"]}}, name="t")
    labels = tree.encode([[leaf] for leaf in tree.leaves])
    S = LevelSimilarity(labels, tree.weights("uniform")).dense()
    np.testing.assert_allclose(lca_height_similarity(tree, tree.leaves), S, atol=1e-7)


def test_hundred_thousand_items_need_no_square_matrix():
    n, rng = 100_000, np.random.default_rng(0)
    leaf = rng.integers(0, 100, n)
    codes = np.stack([leaf // 25, leaf // 5, leaf], axis=1).astype(np.int32)
    labels = ItemLabels(codes, np.arange(n + 1))
    S = LevelSimilarity(labels, [0.2, 0.3, 0.5])
    V = rng.normal(size=(n, 2)).astype(np.float32)
    rows = np.array([0, 77_777])
    np.testing.assert_allclose(S.dot(V)[rows], S.block(rows, None) @ V, rtol=1e-3, atol=0.05)


@pytest.mark.parametrize(
    ("weights", "overlap"), [([1.0], "any"), ([0.5, 0.6], "any"), ([0.5, 0.5], "some")]
)
def test_wrong_arguments_are_refused(weights, overlap):
    labels = ItemLabels(np.zeros((1, 2), dtype=np.int32), np.array([0, 1]))
    with pytest.raises(ValueError, match=r"weights|overlap"):
        LevelSimilarity(labels, weights, overlap)
