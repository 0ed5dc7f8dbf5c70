from __future__ import annotations

import numpy as np
import pytest

from hierhash.errors import ConfigError
from hierhash.methods.dcmh_settings import HeadSettings
from hierhash.methods.expected_tree_codes import ExpectedSettings, ExpectedTreeCodes
from hierhash.methods.polysemous_tree_codes import PolysemousSettings, PolysemousTreeCodes
from hierhash.testing.small_problem import small_items, small_problem
from hierhash.training.fit import Watch
from hierhash.training.settings import LoopSettings, Objective


def settings_of(own, **changes):
    objective = Objective(gamma=10.0, eta=0.0, scale=0.5)
    return own(
        head=HeadSettings(kind="path"), loss=objective, training=LoopSettings(epochs=3), **changes
    )


def fitted(method, settings, bits=16):
    items = small_items()
    own = method(settings, small_problem(items, bits=bits))
    own.fit(items, Watch())
    own.calibrate(items)
    return own, items


@pytest.mark.parametrize("changes", [{}, {"first_weights": None}], ids=["preset", "same"])
@pytest.mark.parametrize("bits", [16, 64])
def test_under_a_hard_pull_the_codes_are_those_of_expected_tree_codes(bits, changes):
    settings = settings_of(PolysemousSettings, pull=1e6, **changes)
    own, items = fitted(PolysemousTreeCodes, settings, bits)
    other, _ = fitted(ExpectedTreeCodes, settings_of(ExpectedSettings, **changes), bits)
    np.testing.assert_array_equal(own.centres, other.centres)
    for modalities in (["text"], ["image"], ["image", "text"]):
        rows = {one: items.rows[one][:40] for one in modalities}
        coded = own.encode(rows, "database")
        np.testing.assert_array_equal(coded.codes, other.encode(rows, "database").codes)
        assert coded.query is None  # tables are for those that ask


def test_an_item_of_both_modalities_has_the_chances_of_both():
    own, items = fitted(PolysemousTreeCodes, settings_of(PolysemousSettings))
    rows = {one: items.rows[one][:5] for one in ("image", "text")}
    each = [own.classify({one: own_rows})[-1] for one, own_rows in rows.items()]
    product = each[0] * each[1]
    both = own.classify(rows)
    np.testing.assert_allclose(
        both[-1], product / product.sum(axis=1, keepdims=True), rtol=1e-3, atol=1e-5
    )
    assert own.encode(rows, "database").codes.shape == (5, 2)
    leaves = own.vectors(rows)[:, -both[-1].shape[1] :]
    np.testing.assert_allclose(leaves, np.sqrt(np.float32(0.4)) * both[-1], rtol=1e-5)


@pytest.mark.parametrize(
    ("bits", "changes", "message"),
    [
        (512, {}, r"bits: .* use 256 at most"),
        (12, {}, r"bits: codes are whole bytes"),
        (16, {"score_weights": [1.0, 1.0, 0.0]}, r"model\.score_weights: leaves weigh nothing"),
    ],
)
def test_what_it_cannot_do_is_told(bits, changes, message):
    items = small_items()
    settings = settings_of(PolysemousSettings, **changes)
    own = PolysemousTreeCodes(settings, small_problem(items, bits=bits))
    with pytest.raises(ConfigError, match=message):
        own.check(items)
