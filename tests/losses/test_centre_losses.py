"""Losses of centres, proxies and Gaussians are the literal ones, in value and gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hierhash.losses.central_similarity import central_similarity
from hierhash.losses.class_gaussians import class_gaussians, cube
from hierhash.losses.margin_softmax import margin_softmax
from hierhash.losses.proxy import griesmer_distance, irrelevant_pairs, proxy_loss
from tests.reference import centres as literal

RNG = np.random.default_rng(0)
OUTPUTS, CENTRES = RNG.standard_normal((5, 4)), RNG.standard_normal((3, 4))
CLASSES = np.array([0, 2, -1, 1, 2])
LABELS = np.array([[1, 1, 0], [0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 0, 0]], dtype=bool)
WIDE = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 1, 1]], dtype=bool)
SIGNS = np.where(CENTRES >= 0, 1.0, -1.0)

CASES = {
    "margin_softmax": (
        lambda u: margin_softmax(u, torch.tensor(CLASSES), torch.tensor(CENTRES), 8.0, 0.2),
        lambda u: literal.margin_softmax(u, CLASSES, CENTRES, 8.0, 0.2),
    ),
    "central": (
        lambda u: central_similarity(u, torch.tensor(CLASSES), torch.tensor(SIGNS))[0],
        lambda u: literal.central_similarity(u, CLASSES, SIGNS)[0],
    ),
    "quantisation": (
        lambda u: central_similarity(u, torch.tensor(CLASSES), torch.tensor(SIGNS))[1],
        lambda u: literal.central_similarity(u, CLASSES, SIGNS)[1],
    ),
    "proxies": (
        lambda u: proxy_loss(u, torch.tensor(LABELS), torch.tensor(CENTRES), 0.1),
        lambda u: literal.proxy_loss(u, LABELS, CENTRES, 0.1),
    ),
    "pairs": (
        lambda u: irrelevant_pairs(
            u, torch.tensor(WIDE), torch.tensor(OUTPUTS[::-1].copy()), torch.tensor(WIDE), -0.5
        ),
        lambda u: literal.irrelevant_pairs(u, WIDE, OUTPUTS[::-1], WIDE, -0.5),
    ),
    "gaussians": (
        lambda u: class_gaussians(u, torch.tensor(CLASSES), torch.tensor(CENTRES), 0.5),
        lambda u: literal.class_gaussians(u, CLASSES, CENTRES, 0.5),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_the_literal_loss_in_value_and_gradient(name):
    fast, slow = CASES[name]
    live = torch.tensor(OUTPUTS, requires_grad=True)
    loss = fast(live)
    assert loss.item() == pytest.approx(slow(OUTPUTS))
    assert loss.item() > 0
    loss.backward()
    step = 1e-6
    for place in [(0, 0), (1, 3), (2, 1), (4, 2)]:
        moved = OUTPUTS.copy()
        moved[place] += step
        slope = (slow(moved) - slow(OUTPUTS)) / step
        assert live.grad[place].item() == pytest.approx(slope, abs=1e-4)


@pytest.mark.parametrize("name", ["margin_softmax", "central", "gaussians"])
def test_items_of_no_class_alone_give_nothing(name):
    nobody, centres = torch.full((2,), -1), torch.ones(3, 4)
    outputs = torch.ones(2, 4, requires_grad=True)
    found = {
        "margin_softmax": lambda: margin_softmax(outputs, nobody, centres, 8.0, 0.2),
        "central": lambda: central_similarity(outputs, nobody, centres)[0],
        "gaussians": lambda: class_gaussians(outputs, nobody, centres, 1.0),
    }[name]()
    found.backward()
    assert found.item() == 0
    assert not outputs.grad.any()


def test_gaussians_far_from_every_centre_are_finite():
    far = torch.full((1, 4), 1e3)
    assert torch.isfinite(class_gaussians(far, torch.tensor([1]), torch.eye(3, 4), 1.0))


def test_outputs_are_kept_in_the_cube_and_at_its_corners():
    outside, corners = cube(torch.tensor([[2.1, -1.1], [0.0, -1.0]]))
    assert outside.item() == pytest.approx(0.25)
    assert corners.item() == pytest.approx((1.1**2 + 0.1**2 + 1) / 4)


@pytest.mark.parametrize(
    ("bits", "classes", "distance"),
    # Simplex codes [2^k - 1, k, 2^(k-1)] meet Griesmer's bound; so does the first-order Reed-Muller
    # code [32, 6, 16].
    [(7, 8, 4), (15, 16, 8), (31, 32, 16), (32, 64, 16)],
)
def test_griesmers_bound_is_met_by_the_codes_that_are_known_to(bits, classes, distance):
    assert griesmer_distance(bits, classes) == distance
