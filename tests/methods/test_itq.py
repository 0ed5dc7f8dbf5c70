from __future__ import annotations

import numpy as np
import pytest

from hierhash.codes.principal_rotation import nearest_rotation, principal_components
from hierhash.errors import ConfigError
from hierhash.methods.itq import ITQ, ITQSettings
from hierhash.methods.registry import find_preset
from hierhash.testing.small_problem import small_items, small_problem
from hierhash.training.fit import Watch
from hierhash.training.items import Items
from tests.reference import itq as literal


def features(n=300, width=12):
    rng = np.random.default_rng(0)
    return (rng.standard_normal((n, width)) * np.linspace(3, 0.5, width)).astype(np.float32)


def test_components_are_those_of_the_singular_vectors():
    rows = features().astype(np.float64)
    found = (rows - rows.mean(axis=0)) @ principal_components(rows, rows.mean(axis=0), 4)
    expected = literal.projections(rows, 4)
    signs = np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found * signs, expected, atol=1e-8)


def test_the_rotation_is_the_literal_one_and_lowers_the_loss():
    projected = literal.projections(features().astype(np.float64), 6)
    start, _ = np.linalg.qr(np.random.default_rng(5).standard_normal((6, 6)))
    found = nearest_rotation(projected, 30, np.random.default_rng(5))
    np.testing.assert_allclose(found, literal.rotation(projected, start, 30), atol=1e-8)
    np.testing.assert_allclose(found @ found.T, np.eye(6), atol=1e-10)
    assert literal.loss(projected, found) < literal.loss(projected, start)


def test_codes_are_the_signs_of_turned_components():
    items = small_items()
    problem = small_problem(items, bits=8)
    method = ITQ(ITQSettings(iterations=5), problem)
    method.fit(items, Watch())
    rows = items.rows["image"].astype(np.float64)
    values = (rows - rows.mean(axis=0)) @ method.projection
    coded = method.encode({"image": items.rows["image"]}, "query")
    assert np.array_equal(np.unpackbits(coded.codes, axis=1) == 1, values >= 0)
    np.testing.assert_allclose(coded.query, np.clip(values, -1, 1), atol=1e-5)


def test_what_it_cannot_code_is_refused():
    items = small_items()
    with pytest.raises(ConfigError, match="at most one bit a principal component, here 24"):
        ITQ(ITQSettings(), small_problem(items, bits=32)).check(items)
    same = Items(
        {"image": np.ones((50, 24), np.float32)},
        {"image": items.has["image"][:50]},
        items.labels.subset(np.arange(50)),
    )
    with pytest.raises(ConfigError, match="all pictures have the same features"):
        ITQ(ITQSettings(), small_problem(same, bits=8)).check(same)


@pytest.mark.parametrize("name", ["itq", "features_sign"])
def test_too_few_pictures_are_refused_with_a_cure(name):
    preset = find_preset(name)

    def check(items, bits=8):
        preset.method(preset.settings, small_problem(items, bits=bits)).check(items)

    nobody = small_items(9)
    nobody = Items(nobody.rows, nobody.has | {"image": np.zeros(9, dtype=bool)}, nobody.labels)
    with pytest.raises(ConfigError, match="data: no training item has this modality: image"):
        check(nobody)
    words = small_items(9)
    words = Items({"text": words.rows["text"]}, {"text": words.has["text"]}, words.labels)
    with pytest.raises(ConfigError, match="data: no training item has this modality: image"):
        check(words)
    with pytest.raises(ConfigError, match=r"bits: .*, here 7; give more pictures"):
        check(small_items(8))
    with pytest.raises(ConfigError, match=r"bits: .*, here 17; use 16"):
        check(small_items(18), bits=24)
    check(small_items(9))
