from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given

from hierhash.errors import TreeError
from hierhash.labels import SCHEMES, LabelTree, level_weights
from hierhash.testing.strategies import Case, cases
from tests.reference import similarity as slow


@pytest.mark.parametrize(
    ("spec", "depth", "expected"),
    [
        ("uniform", 4, [0.25] * 4),
        ("linear", 2, [2 / 3, 1 / 3]),
        ("linear", 3, [1 / 2, 1 / 3, 1 / 6]),
        ("linear", 4, [0.4, 0.3, 0.2, 0.1]),
        ({"scheme": "geometric", "ratio": 2}, 3, [1 / 7, 2 / 7, 4 / 7]),
        ({"scheme": "geometric", "ratio": 0.5}, 3, [4 / 7, 2 / 7, 1 / 7]),
        ("leaf_heavy", 3, [0.15, 0.15, 0.7]),
        ({"scheme": "leaf_heavy", "leaf": 0.5}, 2, [0.5, 0.5]),
        ("leaf_heavy", 1, [1.0]),
        ([0.3, 0.3, 0.4], 3, [0.3, 0.3, 0.4]),
        ([0, 0, 2], 3, [0, 0, 1]),
    ],
)
def test_schemes(spec, depth, expected):
    np.testing.assert_allclose(level_weights(spec, depth), expected, atol=1e-12)


@pytest.mark.parametrize("scheme", [name for name in SCHEMES if name != "information_content"])
@pytest.mark.parametrize("depth", [1, 2, 5, 60])
def test_every_scheme_sums_to_one(scheme, depth):
    weights = level_weights(scheme, depth)
    assert weights.shape == (depth,)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1)


@given(cases(paths_per_item=1, leaves_only=True))
def test_information_content_is_the_conditional_entropy(case: Case):
    tree = case.tree
    at = [
        [tree.path_of(level, int(row[level - 1])) for row in case.labels.single_codes]
        for level in range(1, tree.depth + 1)
    ]
    above = [[()] * len(case.items), *at[:-1]]
    entropy = [slow.conditional_entropy(c, p) for c, p in zip(at, above, strict=True)]
    assume(sum(entropy) > 1e-9)
    expected = np.array(entropy) / sum(entropy)
    np.testing.assert_allclose(
        tree.weights("information_content", case.labels), expected, atol=1e-9
    )


def test_information_content_gives_nothing_to_a_level_of_single_children():
    tree = LabelTree.from_nested({"A": {"a": ["x", "y"]}, "B": {"b": ["z", "w"]}}, name="t")
    labels = tree.encode([[leaf] for leaf in tree.leaves] + [["A"], []])
    weights = tree.weights("information_content", labels)
    assert weights[1] == 0
    assert weights[0] > 0


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ([0.5, 0.5], "2 weights for 3 levels"),
        ([1, -1, 1], "at least 0"),
        (["a", 1, 1], "must be numbers"),
        ([float("nan"), 1, 1], "must be numbers"),
        ([0, 0, 0], "all 0"),
        ("leafheavy", "did you mean 'leaf_heavy'"),
        ({"ratio": 2}, "no scheme; schemes: uniform"),
        ({"scheme": "geometric", "rato": 2}, "did you mean 'ratio'"),
        ({"scheme": "uniform", "ratio": 2}, "takes: nothing"),
        ({"scheme": "geometric", "ratio": "two"}, "ratio 'two' is not a number"),
        ({"scheme": "geometric", "ratio": 0}, "not above 0"),
        ({"scheme": "leaf_heavy", "leaf": 1.5}, "not in 0..1"),
        ("information_content", "needs the training labels"),
    ],
)
def test_wrong_specifications(spec, message):
    with pytest.raises(TreeError, match=message):
        level_weights(spec, 3)


def test_the_tree_brings_its_own_scheme():
    nested = {"A": ["a"], "B": ["b"]}
    assert LabelTree.from_nested(nested).weights().tolist() == [0.5, 0.5]
    own = LabelTree.from_nested(nested, level_weights=[1, 3])
    assert own.weights().tolist() == [0.25, 0.75]
    assert own.weights("uniform").tolist() == [0.5, 0.5]
    assert own.sha256 == LabelTree.from_nested(nested).sha256
    with pytest.raises(TreeError, match="3 weights for 2 levels"):
        LabelTree.from_nested(nested, level_weights=[1, 1, 1])
