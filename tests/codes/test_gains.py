from __future__ import annotations

import numpy as np
import pytest

from hierhash.codes.coding import ExpectedCode
from hierhash.codes.distances import Hamming
from hierhash.codes.gains import STEADY_BITS, draw_gains

BITS = 20_000 + STEADY_BITS


def expected_codes(posterior, signs):
    """Of centres whose bits are those of ``signs`` again and again, without the steady bits."""
    centres = np.tile(np.array(signs, dtype=np.int8), (BITS, 1)).T
    gains = draw_gains(len(signs), BITS, seed=1)
    head = np.zeros((len(signs), 1), np.float32), np.zeros(len(signs), np.float32)
    coding = ExpectedCode(head, centres, gains, {})
    return coding.code(np.asarray(posterior)).codes[:, STEADY_BITS // 8 :]


def test_between_two_classes_a_bit_is_the_firsts_as_often_as_the_class_is_likely():
    chances = np.array([0.0, 0.1, 0.5, 0.51, 0.9, 1.0])
    codes = expected_codes(np.stack([chances, 1 - chances], axis=1), [1, -1])
    np.testing.assert_allclose(np.unpackbits(codes, axis=1).mean(axis=1), chances, atol=0.012)


def test_distances_are_those_of_expected_codes_between_two_classes():
    chances = np.array([0.0, 0.2, 0.55, 0.6, 1.0])
    codes = expected_codes(np.stack([chances, 1 - chances], axis=1), [1, -1])
    found = Hamming(BITS - STEADY_BITS).between(codes, codes) / (BITS - STEADY_BITS)
    # Half the city-block distance of 2p - 1, bit by bit.
    np.testing.assert_allclose(found, np.abs(chances[:, None] - chances), atol=0.012)


def test_among_several_classes_bits_follow_the_expected_code_and_are_a_little_surer():
    rng = np.random.default_rng(0)
    chances = rng.dirichlet(np.full(6, 0.5), size=40)
    signs = np.array([1, -1, 1, 1, -1, -1])
    share = np.unpackbits(expected_codes(chances, signs), axis=1).mean(axis=1)
    expected = (1 + chances @ signs) / 2
    assert np.corrcoef(share, expected)[0, 1] > 0.99
    surer = np.abs(share - 0.5) - np.abs(expected - 0.5)
    assert surer.min() > -0.05
    assert surer.max() < 0.15


def test_the_first_bits_are_steady():
    gains = draw_gains(500, 64)
    assert gains.mean() == pytest.approx(1, abs=0.05)
    assert gains[:, :STEADY_BITS].std() == pytest.approx(8**-0.5, abs=0.03)
    assert gains[:, STEADY_BITS:].std() == pytest.approx(1, abs=0.05)
    assert gains.min() > 0
    assert draw_gains(3, 8).shape == (3, 8)
