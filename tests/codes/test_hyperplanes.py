"""Random hyperplanes part two items as often as their angle says, and go through the centre."""

from __future__ import annotations

import numpy as np
import pytest

from hierhash.codes.coding import Hyperplanes, Posterior, level_posteriors
from hierhash.codes.distances import Hamming

ANCESTORS = np.array([[0, 0, 1], [0, 1, 2]])
WEIGHTS = np.array([0.75, 0.25])
BITS = 20_000


def coding(centre=None):
    planes = np.random.default_rng(0).standard_normal((BITS, 5)).astype(np.float32)
    own = Posterior(ANCESTORS, WEIGHTS, {"text": 2.0})
    return Hyperplanes(own, planes, np.zeros(5, np.float32) if centre is None else centre)


def literal_vector(logits):
    """sqrt(w_l) p_l, level after level."""
    leaves = np.exp(np.asarray(logits) / 2.0)
    leaves /= leaves.sum()
    top = [leaves[0] + leaves[1], leaves[2]]
    return np.concatenate([np.sqrt(0.75) * np.array(top), np.sqrt(0.25) * leaves])


def test_the_share_of_planes_between_two_items_is_their_angle():
    logits = np.float32([[3, 0, -1], [0, 1, 2]])
    vectors = coding().vectors(logits, "text")
    for row, own in enumerate(logits):
        np.testing.assert_allclose(vectors[row], literal_vector(own), atol=1e-6)
    one, two = vectors.astype(np.float64)
    angle = np.arccos(one @ two / np.linalg.norm(one) / np.linalg.norm(two)) / np.pi
    codes = coding()(logits, "text").codes
    apart = Hamming(BITS).between(codes[:1], codes[1:])[0, 0] / BITS
    assert apart == pytest.approx(angle, abs=0.01)


def test_their_product_is_what_probabilities_are_compared_by():
    logits = np.float32([[3, 0, -1], [0, 1, 2]])
    one, two = coding().vectors(logits, "text")
    levels = level_posteriors(logits, ANCESTORS, 2.0)
    wanted = sum(w * level[0] @ level[1] for w, level in zip(WEIGHTS, levels, strict=True))
    assert one @ two == pytest.approx(wanted, rel=1e-5)


def test_planes_go_through_the_centre():
    logits = np.float32([[3, 0, -1], [0, 1, 2], [1, 1, 1]])
    vectors = coding().vectors(logits, "text")
    centre = vectors[:2].mean(axis=0)
    codes = coding(centre)(logits, "text").codes
    # Two items opposite each other about the centre lie on other sides of every plane.
    assert Hamming(BITS).between(codes[:1], codes[1:2])[0, 0] > 0.99 * BITS
