from __future__ import annotations

import numpy as np
import pytest

from hierhash.codes.distances import distance_of
from hierhash.codes.product_quantiser import Factored, Lookup, ProductQuantiser, RaBitQuantiser
from hierhash.retrieval.items import code_problem

RNG = np.random.default_rng(0)
# The first numbers hold most of what there is, so the parts are unlike: what OPQ is for.
VECTORS = (RNG.standard_normal((600, 20)) * np.linspace(3, 0.1, 20)).astype(np.float32)


def rebuilt(own, codes):
    """Each vector's centroids, part after part, in the turned space."""
    return np.array(
        [np.concatenate([own.centroids[byte, word] for byte, word in enumerate(c)]) for c in codes]
    )


@pytest.mark.parametrize("rotated", [False, True])
@pytest.mark.parametrize("width", [2, 3, 20])
def test_scores_are_those_of_the_nearest_centroids(width, rotated):
    own = ProductQuantiser.train(VECTORS, width, rotated=rotated)
    codes = own.encode(VECTORS)
    turned, kept = VECTORS @ own.rotation, rebuilt(own, codes)
    np.testing.assert_allclose(own.rotation @ own.rotation.T, np.eye(20), atol=1e-5)
    parts = np.split(turned, width, axis=1)
    for byte, part in enumerate(parts):
        away = ((part[:50, None] - own.centroids[byte][None]) ** 2).sum(axis=2)
        chosen = away[np.arange(50), codes[:50, byte]]
        np.testing.assert_allclose(chosen, away.min(axis=1), rtol=1e-3, atol=1e-4)
    expected = -((turned[:5, None] - kept[None]) ** 2).sum(axis=2)
    found = own.distance().scorer(codes)(own.asked(VECTORS[:5]))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)
    dots = own.distance().scorer(codes)(own.asked(VECTORS[:5], "dot"))
    np.testing.assert_allclose(dots, turned[:5] @ kept.T, rtol=1e-3, atol=1e-3)


def test_many_are_coded_as_a_few():
    many = np.concatenate([VECTORS, VECTORS + 0.01, VECTORS - 0.01])  # more than are coded at once
    own = ProductQuantiser.train(VECTORS, 4)
    codes = own.encode(many)
    for start in (0, 900, 1790):
        np.testing.assert_array_equal(codes[start : start + 10], own.encode(many[start:][:10]))


def test_queries_of_another_length_are_refused():
    with pytest.raises(ValueError, match="queries have 512 numbers"):
        Lookup(2).scorer(np.zeros((3, 2), np.uint8))(np.zeros((1, 1024), np.float32))


def test_a_rotation_lowers_the_error():
    errors = []
    for rotated in (False, True):
        own = ProductQuantiser.train(VECTORS, 4, rotated=rotated)
        away = VECTORS @ own.rotation - rebuilt(own, own.encode(VECTORS))
        errors.append(float((away**2).sum()))
    assert errors[1] < 0.9 * errors[0]


@pytest.mark.parametrize("rotated", [False, True])
def test_a_seed_gives_one_quantiser(rotated):
    first, again, other = (ProductQuantiser.train(VECTORS, 4, seed, rotated) for seed in (1, 1, 2))
    for name, array in first.state().items():
        assert np.array_equal(array, again.state()[name])
    assert not np.array_equal(first.centroids, other.centroids)
    if rotated:
        assert not np.allclose(first.rotation, other.rotation)


def test_few_vectors_are_enough_and_none_are_not():
    own = ProductQuantiser.train(VECTORS[:10], 2)
    assert len(np.unique(own.encode(VECTORS[:10]), axis=0)) == 10
    with pytest.raises(ValueError, match="0 vectors of 20 numbers do not give codes of 2 bytes"):
        ProductQuantiser.train(VECTORS[:0], 2)
    with pytest.raises(ValueError, match="do not give codes of 21 bytes"):
        ProductQuantiser.train(VECTORS, 21)


def test_rabitq_estimates_products_without_bias():
    x, q = VECTORS[0].astype(np.float64), VECTORS[1].astype(np.float64)
    estimates = []
    for seed in range(400):
        rotation, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((20, 20)))
        own = RaBitQuantiser(
            np.pad(rotation, ((0, 0), (0, 4))).astype(np.float32), np.zeros(20, np.float32)
        )
        code = own.encode(x[None])
        estimates.append(own.distance().scores(own.asked(q[None], "dot")[0], code)[0])
    spread = np.std(estimates) / np.sqrt(len(estimates))
    assert abs(np.mean(estimates) - x @ q) < 4 * spread
    assert np.std(estimates) > 0


def test_rabitq_scores_are_the_papers_step_by_step():
    own = RaBitQuantiser.train(VECTORS, seed=3)
    assert own.width == 24 // 8 + 8
    codes, queries = own.encode(VECTORS[:40]), own.asked(VECTORS[40:44])
    found = own.distance().scorer(codes)(queries)
    for row, x in enumerate(VECTORS[:40]):
        o = (x - own.centre).astype(np.float64) @ own.rotation
        norm, bar = np.linalg.norm(o), np.where(o >= 0, 1, -1) / np.sqrt(len(o))
        for column, asking in enumerate(VECTORS[40:44]):
            q = (asking - own.centre).astype(np.float64) @ own.rotation
            unit = q / np.linalg.norm(q)
            product = (bar @ unit) / (bar @ (o / norm))  # theorem 3.2
            squared = norm**2 + q @ q - 2 * norm * np.linalg.norm(q) * product  # equation 2
            assert found[column, row] == pytest.approx(q @ q - squared, rel=1e-3, abs=1e-3)


def test_an_item_at_the_mean_has_a_code():
    own = RaBitQuantiser(np.eye(8, dtype=np.float32), np.zeros(8, np.float32))
    codes = own.encode(np.zeros((2, 8)))
    assert own.distance().scores(own.asked(np.ones((1, 8)))[0], codes).tolist() == [0.0, 0.0]
    assert own.distance().scores(own.asked(np.ones((1, 8)))[0], codes[:0]).tolist() == []


def test_no_vector_is_no_code_and_no_query():
    product, rabit = ProductQuantiser.train(VECTORS, 3), RaBitQuantiser.train(VECTORS)
    assert product.encode(VECTORS[:0]).shape == (0, 3)
    assert product.asked(VECTORS[:0]).shape == (0, 3 * 256)
    assert rabit.encode(VECTORS[:0]).shape == (0, rabit.width)
    assert rabit.asked(VECTORS[:0]).shape == (0, 25)


def test_what_was_saved_is_the_same_and_what_does_not_fit_is_refused():
    product, rabit = ProductQuantiser.train(VECTORS, 3), RaBitQuantiser.train(VECTORS)
    again = ProductQuantiser.of(product.state(), 20, 3), RaBitQuantiser.of(rabit.state(), 20)
    for one, other in zip((product, rabit), again, strict=True):
        assert np.array_equal(one.encode(VECTORS), other.encode(VECTORS))
    with pytest.raises(ValueError, match="another shape"):
        ProductQuantiser.of(product.state(), 20, 4)
    with pytest.raises(ValueError, match="another shape"):
        RaBitQuantiser.of(rabit.state(), 30)


@pytest.mark.parametrize("distance", [Lookup(3), Factored(16)])
def test_their_distances_are_found_by_name_and_have_scores_alone(distance):
    assert distance_of(distance.name, 8 * distance.width, list) == distance
    codes = np.zeros((2, distance.width), np.uint8)
    assert code_problem(codes, distance) == ""
    assert "does not hold codes of" in code_problem(codes[:, 1:], distance)
    for ask in (lambda: distance.between(codes, codes), lambda: distance.from_one(codes)):
        with pytest.raises(ValueError, match="no whole-number distance"):
            ask()
    with pytest.raises(ValueError, match="codes have shape"):
        distance.scorer(codes[:, 1:])
