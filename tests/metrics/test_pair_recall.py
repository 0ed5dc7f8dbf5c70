"""Single-item scores equal the mean over all orders of the ties."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hierhash.metrics.pair_recall import attribute_share, pair_recall

rows = st.lists(st.integers(0, 2), min_size=1, max_size=5)


def orders(distances):
    """Every ranking that the distances allow, once for each permutation that gives it."""
    for shuffled in itertools.permutations(range(len(distances))):
        if list(shuffled) == sorted(shuffled, key=lambda i: distances[i]):
            yield shuffled


@given(rows, st.integers(1, 4), st.data())
@settings(max_examples=60, deadline=None)
def test_pair_recall(distances, k, data):
    own = data.draw(st.integers(0, len(distances) - 1))
    ranked = list(orders(distances))
    expected = np.mean([own in order[:k] for order in ranked])
    assert pair_recall(np.array([distances]), np.array([own]), k)[0] == pytest.approx(expected)


@given(rows, st.integers(1, 8), st.data())
@settings(max_examples=60, deadline=None)
def test_attribute_share(distances, k, data):
    n = len(distances)
    values = data.draw(st.lists(st.sampled_from(["red", "blue"]), min_size=n, max_size=n))
    first = min(k, n)
    expected = np.mean(
        [sum(values[i] == "red" for i in order[:first]) / first for order in orders(distances)]
    )
    assert attribute_share(np.array([distances]), ["red"], values, k)[0] == pytest.approx(expected)


def test_an_unknown_value_is_left_out():
    assert np.isnan(attribute_share(np.array([[0, 1]]), [""], ["red", ""])[0])
