"""Mistakes of a classifier, and the matrix that shows them."""

from __future__ import annotations

import re

import numpy as np

from hierhash.labels.tree import LabelTree
from hierhash.reports.matrix import LARGEST, LINE, SIDE, SMALLEST, fitting_labels, matrix_chart
from hierhash.reports.mistakes import mistake_heights, worst_table

TREE = LabelTree.from_nested({"A": {"a": ["x", "y"], "b": ["z"]}, "C": {"c": ["w"]}}, name="t")
X, Y, Z, W = ([leaf[-1] for leaf in TREE.leaves].index(name) for name in "xyzw")


def test_heights_of_mistakes():
    tree = LabelTree.from_nested({"A": {"a": ["x", "y"], "b": ["z"]}, "C": {"c": ["w"]}}, name="t")
    names = [leaf[-1] for leaf in tree.leaves]
    x, y, z, w = (names.index(name) for name in "xyzw")
    heights = mistake_heights(np.array([x, x, x, x]), np.array([x, y, z, w]), tree)
    assert heights.tolist() == [0, 1, 2, 3]


def test_siblings_above_the_last_level_are_siblings():
    tree = LabelTree.from_nested({"A": ["short", "other", {"deep": ["x"]}]}, name="t")
    names = [leaf[-1] for leaf in tree.leaves]
    short, other, x = (names.index(name) for name in ("short", "other", "x"))
    heights = mistake_heights(np.array([short, short, x]), np.array([other, short, short]), tree)
    assert heights.tolist() == [1, 0, 2]


def test_the_worst_confusions_are_the_most_frequent_then_the_farthest():
    truth = np.array([X, X, X, X, Y, Y, Z, W])
    guess = np.array([Y, Y, X, W, W, Y, Z, Z])
    table = worst_table(truth, guess, TREE, "m, texts")
    assert list(table.header) == ["true leaf", "taken for", "count", "share", "n", "height"]
    assert [list(row) for row in table.rows] == [
        ["x", "→ y", "2", "50%", "4", "1"],
        ["x", "→ w", "1", "25%", "4", "3"],
        ["y", "→ w", "1", "50%", "2", "3"],
        ["w", "→ z", "1", "100%", "1", "3"],
    ]
    assert table.title == "The 4 most frequent confusions, m, texts"


def test_no_more_than_ten_confusions_are_named():
    tree = LabelTree.from_nested({"A": [f"l{place}" for place in range(12)]}, name="t")
    truth = np.arange(12)
    assert len(worst_table(truth, (truth + 1) % 12, tree, "m").rows) == 10


def test_labels_of_a_matrix_never_touch():
    for sizes in ([1] * 30, [26, 36, 8, 12], [1] * 90, [40, 1, 1, 40, 1, 1, 1]):
        tops = [f"top{place}" for place, size in enumerate(sizes) for _ in range(size)]
        labels, letters = fitting_labels([f"leaf{place}" for place in range(len(tops))], tops)
        assert SMALLEST <= letters <= LARGEST
        places = [place for place, _ in labels]
        points = np.diff(places) * SIDE * 72 / len(tops)
        assert (points >= letters * LINE - 1e-9).all(), sizes
        assert labels


def test_leaves_name_a_matrix_where_they_fit():
    assert fitting_labels(["l"] * 56, ["t"] * 56)[0][0] == (0.0, "l")
    assert fitting_labels(["l"] * 82, ["t"] * 82)[0] == [(40.5, "t")]


def test_a_matrix_draws_what_is_above_zero_in_the_colours_of_the_page():
    shares = np.array([[1.0, 0.0], [0.25, 0.75]])
    svg = matrix_chart(shares, ["$a$", "<b>"], ["A", "B"], "predicted", "true")
    assert svg.count("var(--accent)") == 3
    assert not re.search("#[0-9a-f]{6}", svg)
    assert "$a$" in svg
    assert "&lt;b&gt;" in svg
