from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hierhash.codes.coding import fused
from hierhash.errors import ConfigError
from hierhash.methods.expected_tree_codes import PRESET, ExpectedTreeCodes
from hierhash.testing.small_problem import small_items, small_problem
from hierhash.training.fit import Watch
from tests.methods.test_conformance import small

SETTINGS = small(PRESET.settings)


@pytest.fixture(scope="module")
def fitted():
    items = small_items()
    method = ExpectedTreeCodes(SETTINGS, small_problem(items, bits=32))
    method.fit(items, Watch())
    method.calibrate(small_items(60, seed=1))
    return method, items


def test_a_code_is_the_sign_of_the_expected_centre_with_gains(fitted):
    method, items = fitted
    rows = {"text": items.rows["text"][:9]}
    chances = method.classify(rows)[-1].astype(np.float64)
    for row, code in enumerate(np.unpackbits(method.encode(rows, "query").codes, axis=1)):
        for bit in range(32):
            expected = sum(
                chances[row, leaf] * method.gains[leaf, bit] * int(method.centres[leaf, bit])
                for leaf in range(chances.shape[1])
            )
            if abs(expected) > 1e-5:
                assert code[bit] == (expected >= 0)


def test_a_query_is_the_expected_centre_under_the_squared_chances(fitted):
    method, items = fitted
    rows = {"text": items.rows["text"][:9]}
    chances = method.classify(rows)[-1].astype(np.float64)
    found = method.encode(rows, "query").query
    for row, own in enumerate(chances):
        squares = [p * p for p in own]
        for bit in range(32):
            wanted = sum(
                square / sum(squares) * int(method.centres[leaf, bit])
                for leaf, square in enumerate(squares)
            )
            assert found[row, bit] == pytest.approx(wanted, abs=1e-5)


def test_picture_and_text_together_are_the_product_of_what_each_says(fitted):
    method, items = fitted
    apart = [method.classify({side: items.rows[side]})[-1] for side in ("image", "text")]
    product = apart[0].astype(np.float64) * apart[1]
    product /= product.sum(axis=1, keepdims=True)
    both = {side: items.rows[side] for side in ("image", "text")}
    levels = method.classify(both)
    np.testing.assert_allclose(levels[-1], product, atol=1e-5)
    np.testing.assert_allclose(fused(apart), product, atol=1e-6)
    codes = method.encode(both, "database").codes
    expected = method.coding().code(fused([one.astype(np.float64) for one in apart])).codes
    assert (codes == expected).mean() > 0.99


def test_the_network_does_not_hang_on_the_length(fitted):
    method, items = fitted
    short = ExpectedTreeCodes(SETTINGS, small_problem(items, bits=8))
    short.fit(items, Watch())
    own, other = method.network.state(), short.network.state()
    assert all(np.array_equal(own[name], other[name]) for name in own)


def test_a_head_without_leaf_probabilities_is_refused():
    items = small_items()
    wrong = replace(SETTINGS, head=replace(SETTINGS.head, kind="per_level"))
    with pytest.raises(ConfigError, match="gives no leaf probabilities"):
        ExpectedTreeCodes(wrong, small_problem(items)).check(items)


def test_codes_that_need_not_be_nested_have_no_prefixes():
    items = small_items()
    alone = ExpectedTreeCodes(replace(SETTINGS, nested=False), small_problem(items, bits=32))
    assert list(alone.prefixes) == []
    assert ExpectedTreeCodes(SETTINGS, small_problem(items, bits=32)).prefixes == [16]
    with pytest.raises(ValueError, match="16 bits are no prefix of 32"):
        alone.prefix(16)


def test_level_weights_go_from_the_first_ones_to_those_of_the_centres():
    items = small_items()
    first, last = [0.7, 0.2, 0.1], [0.3, 0.2, 0.5]
    own = replace(SETTINGS, first_weights=first, centre_weights=last)
    method = ExpectedTreeCodes(own, small_problem(items, bits=128))
    wanted = [first, [0.5, 0.2, 0.3], last, last]  # of 16, 32, 64 and 128 bits
    np.testing.assert_allclose(method._weights(items), wanted)
    short = ExpectedTreeCodes(own, small_problem(items, bits=8))
    np.testing.assert_allclose(short._weights(items), [first])
    alone = ExpectedTreeCodes(replace(own, nested=False), small_problem(items, bits=16))
    np.testing.assert_allclose(alone._weights(items), [first])
    alike = ExpectedTreeCodes(replace(own, first_weights=None), small_problem(items, bits=32))
    assert alike._weights(items).tolist() == [last, last]


def test_a_prefix_has_the_centres_of_a_code_that_is_no_longer():
    items = small_items()
    long, short = (ExpectedTreeCodes(SETTINGS, small_problem(items, bits=b)) for b in (64, 32))
    for method in (long, short):
        method.fit(items, Watch())
    assert np.array_equal(long.prefix(32).centres, short.centres)
    assert np.array_equal(long.prefix(32).level_weights, short.level_weights)


def test_a_run_of_an_earlier_version_has_one_row_of_level_weights(fitted):
    method, items = fitted
    again = ExpectedTreeCodes(SETTINGS, small_problem(items, bits=32))
    again.load(method.state(), method.meta() | {"level_weights": [0.5, 0.3, 0.2]})
    assert again.level_weights.tolist() == [[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]]
    for wrong in (0.5, [0.6, 0.4], [[0.5, 0.3, 0.2]] * 3):
        with pytest.raises(ValueError, match="level weights are of another shape"):
            again.load(method.state(), method.meta() | {"level_weights": wrong})


def test_weights_of_another_number_of_levels_are_refused_by_their_key():
    items = small_items()
    wrong = ExpectedTreeCodes(replace(SETTINGS, first_weights=[1, 2]), small_problem(items))
    with pytest.raises(ConfigError, match=r"^model\.first_weights: 2 weights for 3 levels"):
        wrong.check(items)
