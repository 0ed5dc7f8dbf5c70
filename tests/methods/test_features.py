"""Methods of raw picture features: hyperplanes, signs, quantisers and the features themselves."""

from __future__ import annotations

import numpy as np
import pytest

from hierhash.errors import ConfigError
from hierhash.methods.features_cosine import FeaturesCosine
from hierhash.methods.features_opq import FeaturesOPQ, OPQSettings
from hierhash.methods.features_pq import FeaturesPQ
from hierhash.methods.features_rabitq import FeaturesRaBitQ
from hierhash.methods.features_sign import FeaturesSign
from hierhash.methods.lsh import LSH
from hierhash.methods.one_modality import FeatureSettings, unit_rows
from hierhash.methods.registry import find_preset
from hierhash.testing.small_problem import small_items, small_problem
from hierhash.training.fit import Watch

ITEMS = small_items(300)
ROWS = {"image": ITEMS.rows["image"]}
ANY_LENGTH = FeatureSettings(unit=False)


def fitted(method, settings=ANY_LENGTH, bits=16, seed=0):
    own = method(settings, small_problem(ITEMS, bits=bits, seed=seed))
    own.check(ITEMS)
    own.fit(ITEMS, Watch())
    return own


@pytest.mark.parametrize("unit", [False, True])
def test_hyperplanes_part_items_as_often_as_their_angle_says(unit):
    bits = 8192
    own = fitted(LSH, FeatureSettings(unit), bits)
    rows = unit_rows(ROWS["image"]) if unit else ROWS["image"]
    apart = unit_rows(rows - rows.mean(axis=0))
    angles = np.arccos(np.clip(apart[:20] @ apart[20:40].T, -1, 1)) / np.pi
    codes = own.encode(ROWS, "query").codes
    found = own.distance().between(codes[:20], codes[20:40]) / bits
    np.testing.assert_allclose(found, angles, atol=0.03)


def test_signs_are_those_of_principal_components():
    own = fitted(FeaturesSign)
    apart = ROWS["image"] - ROWS["image"].mean(axis=0)
    _, _, right = np.linalg.svd(apart.astype(np.float64), full_matrices=False)
    expected = apart @ right[:16].T >= 0
    found = np.unpackbits(own.encode(ROWS, "query").codes, axis=1) == 1
    same = (found == expected).mean(axis=0)
    np.testing.assert_allclose(np.maximum(same, 1 - same), 1)  # a component has no sign of its own


def error(own):
    """How far the scores of stored codes are from squared distances of the features."""
    rows = own.rows(ROWS["image"])
    true = -((rows[:30, None] - rows[None]) ** 2).sum(axis=2)
    stored = own.encode(ROWS, "database").stored
    found = own.distance().scorer(stored)(own.encode(ROWS, "query").query[:30])
    apart = found - true
    return float(np.abs(apart - apart.mean(axis=1, keepdims=True)).mean())


def test_quantisers_score_near_the_distances_and_longer_codes_nearer():
    short, long = error(fitted(FeaturesPQ, bits=16)), error(fitted(FeaturesPQ, bits=96))
    opq = error(fitted(FeaturesOPQ, OPQSettings(unit=False), bits=16))
    assert long < 0.5 * short
    assert opq < 1.1 * short
    spread = error(fitted(FeaturesPQ, bits=8))
    assert short < spread


def test_rabitq_orders_items_nearly_as_distances_do():
    own = fitted(FeaturesRaBitQ)
    scores = own.distance().scorer(own.encode(ROWS, "database").stored)
    found = scores(own.encode(ROWS, "query").query[:30])
    true = -((ROWS["image"][:30, None] - ROWS["image"][None]) ** 2).sum(axis=2)
    for row in range(30):
        assert np.corrcoef(found[row], true[row])[0, 1] > 0.9


def test_components_and_rotation_are_one_step():
    """Codes of OPQ are those of the components' own quantiser, moved by the mean."""
    own = fitted(FeaturesOPQ, OPQSettings(unit=False, components=10), bits=16)
    assert own.quantiser.rotation.shape == (24, 10)
    stored = own.encode(ROWS, "database").codes
    kept = [own.quantiser.centroids[byte][stored[:, byte]] for byte in range(2)]
    turned = ROWS["image"] @ own.quantiser.rotation
    away = ((turned - np.concatenate(kept, axis=1)) ** 2).sum()
    assert away < 0.3 * ((turned - turned.mean(axis=0)) ** 2).sum()


def test_the_bytes_of_an_item_are_told_with_all_that_is_kept():
    assert fitted(FeaturesRaBitQ).layout()[0].bits == 24 + 64
    assert fitted(FeaturesPQ).layout()[0].bits == 16
    assert not fitted(FeaturesCosine, find_preset("features_cosine").settings).layout()


def test_cosines_are_those_of_the_features():
    own = fitted(FeaturesCosine, find_preset("features_cosine").settings)
    coded = own.encode(ROWS, "query")
    rows = ROWS["image"] / np.linalg.norm(ROWS["image"], axis=1, keepdims=True)
    found = own.distance().scorer(coded.vectors)(coded.query[:5])
    np.testing.assert_allclose(found, rows[:5] @ rows.T, atol=1e-5)


@pytest.mark.parametrize(
    ("method", "settings", "bits", "said"),
    [
        (FeaturesSign, ANY_LENGTH, 32, "at most one bit a principal component, here 24"),
        (FeaturesPQ, ANY_LENGTH, 200, "use 192 at most"),
        (FeaturesOPQ, OPQSettings(components=4), 40, "use 32 at most"),
    ],
)
def test_longer_codes_than_there_are_numbers_are_refused(method, settings, bits, said):
    with pytest.raises(ConfigError, match=said):
        fitted(method, settings, bits)
