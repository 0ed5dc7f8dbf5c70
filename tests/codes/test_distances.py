from __future__ import annotations

import numpy as np
import pytest

from hierhash.codes.coding import ClassNumber, Posterior, Signs, coding_of, level_posteriors
from hierhash.codes.distances import (
    Dot,
    Hamming,
    TreeDistance,
    class_codes,
    class_numbers,
    distance_of,
)
from hierhash.labels.tree import LabelTree

TREE = LabelTree.from_nested({"A": {"a": ["a1", "a2"], "b": []}, "C": ["c1"]}, name="t")
WEIGHTS = np.array([0.2, 0.2, 0.6])
LOGITS = np.random.default_rng(0).standard_normal((7, len(TREE.leaves))).astype(np.float32)


def test_classes_are_as_far_as_the_levels_they_differ_at():
    ancestors = TREE.leaf_ancestors
    numbers = np.arange(len(TREE.leaves))
    codes = class_codes(numbers, len(numbers))
    found = TreeDistance(ancestors).between(codes, codes)
    for one in numbers:
        for other in numbers:
            differ = sum(level[one] != level[other] for level in ancestors)
            assert found[one, other] == differ
    assert TreeDistance(ancestors).from_one(codes)(codes[1]).tolist() == found[1].tolist()


@pytest.mark.parametrize(("count", "width"), [(2, 1), (256, 1), (257, 2), (65_536, 2)])
def test_class_numbers_come_back(count, width):
    numbers = np.array([0, 1, count - 1])
    codes = class_codes(numbers, count)
    assert codes.shape == (3, width)
    assert class_numbers(codes).tolist() == numbers.tolist()


def test_more_classes_than_two_bytes_tell_apart_are_refused():
    with pytest.raises(ValueError, match="65,537 classes do not fit two bytes"):
        class_codes(np.array([0]), 65_537)


def test_posteriors_are_the_softmax_summed_up_the_tree():
    levels = level_posteriors(LOGITS, TREE.leaf_ancestors, 2.0)
    leaves = np.exp(LOGITS / 2.0)
    leaves /= leaves.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(levels[-1], leaves, rtol=1e-5)
    for number, level in enumerate(levels):
        for node in range(level.shape[1]):
            below = TREE.leaf_ancestors[number] == node
            np.testing.assert_allclose(level[:, node], leaves[:, below].sum(axis=1), rtol=1e-5)


def test_posteriors_compare_by_the_weighted_product_of_every_level():
    coded = Posterior(TREE.leaf_ancestors, WEIGHTS, {"text": 1.5})(LOGITS, "text")
    levels = level_posteriors(LOGITS, TREE.leaf_ancestors, 1.5)
    expected = sum(w * level @ level.T for w, level in zip(WEIGHTS, levels, strict=True))
    found = Dot(coded.vectors.shape[1]).scorer(coded.vectors)(coded.query)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    one = Dot(coded.vectors.shape[1]).scores(coded.query[2], coded.vectors)
    np.testing.assert_allclose(one, expected[2], rtol=1e-5)


def test_a_class_number_is_scored_by_the_chances_of_its_ancestors():
    ancestors = TREE.leaf_ancestors
    coded = ClassNumber(ancestors, WEIGHTS, {})(LOGITS, "image")
    levels = level_posteriors(LOGITS, ancestors, 1.0)
    picked = levels[-1].argmax(axis=1)
    assert class_numbers(coded.codes).tolist() == picked.tolist()
    expected = np.array(
        [
            [
                sum(WEIGHTS[p] * levels[p][row, ancestors[p, leaf]] for p in range(3))
                for leaf in picked
            ]
            for row in range(len(LOGITS))
        ]
    )
    found = TreeDistance(ancestors).scorer(coded.codes)(coded.query)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_signs_ask_with_outputs_cut_to_one():
    outputs = np.float32([[3.0, -0.2, 0.0, -7, 0.5, 1, 1, 1]])
    coded = Signs()(outputs, "image")
    assert coded.query.tolist() == np.clip(outputs, -1, 1).tolist()
    assert Hamming(8).between(coded.codes, np.array([[0b1010_1111]], np.uint8)).tolist() == [[0]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "sings"},
        {"name": "posterior"},
        {"name": "posterior", "weights": [1], "temperatures": {"text": 0}},
        {"name": "class", "weights": ["1"], "temperatures": {}},
        {"name": "class", "weights": [1.0], "temperatures": [1]},
    ],
)
def test_a_coding_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match=r"coding|temperatures"):
        coding_of(wrong, lambda: TREE.leaf_ancestors, {}.__getitem__)


def test_a_distance_that_is_none_is_refused():
    with pytest.raises(ValueError, match="'haming' is no distance"):
        distance_of("haming", 8, lambda: TREE.leaf_ancestors)
