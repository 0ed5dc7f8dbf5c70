from __future__ import annotations

import pytest
import torch

from hierhash.losses.bit_balance import bit_balance
from hierhash.losses.pairwise import pairwise_likelihood
from hierhash.losses.quantisation import quantisation
from tests.reference import dcmh as literal


def random_problem(seed=0, n=7, bits=5):
    generator = torch.Generator().manual_seed(seed)
    F, G = (torch.randn(n, bits, generator=generator, dtype=torch.float64) for _ in range(2))
    B = torch.sign(F + G)
    S = torch.rand(n, n, generator=generator, dtype=torch.float64)
    return F, G, B, (S + S.T) / 2


@pytest.mark.parametrize("scale", [1.0, 0.25])
def test_terms_sum_to_the_objective_and_its_gradient(scale):
    F, G, B, S = random_problem()
    gamma, eta = 0.7, 0.3
    value, likelihood_grad = pairwise_likelihood(F, G, S @ G, len(G), scale)
    quant_f, quant_grad = quantisation(F, B)
    quant_g, _ = quantisation(G, B)
    balance_f, balance_grad = bit_balance(F.sum(0))
    balance_g, _ = bit_balance(G.sum(0))
    total = value.sum() + gamma * (quant_f.sum() + quant_g.sum()) + eta * (balance_f + balance_g)
    torch.testing.assert_close(total, literal.objective(F, G, B, S, gamma, eta, scale))
    ours = likelihood_grad + gamma * quant_grad + eta * balance_grad
    torch.testing.assert_close(ours, literal.gradient(F, G, B, S, gamma, eta, scale)[0])


def test_the_text_side_is_the_same_with_the_roles_exchanged():
    F, G, B, S = random_problem(3)
    _, gradient = pairwise_likelihood(G, F, S.T @ F, len(F))
    ours = gradient + 2 * (G - B) + 2 * G.sum(0)
    torch.testing.assert_close(ours, literal.gradient(F, G, B, S, 1.0, 1.0)[1])


def test_likelihood_is_exact_where_the_naive_formula_overflows():
    F, G, _, S = random_problem()
    F, G, S = 1e3 * F.float(), 1e3 * G.float(), S.float()
    theta = F @ G.T / 2
    assert torch.isinf(torch.log(1 + torch.exp(theta))).any()
    expected = (torch.nn.functional.softplus(theta) - S * theta).sum(dim=1)
    value, gradient = pairwise_likelihood(F, G, S @ G, len(G))
    torch.testing.assert_close(value, expected)
    assert torch.isfinite(gradient).all()


def test_zero_rows_of_the_other_modality_count_for_nothing():
    F, G, _, S = random_problem()
    present = torch.tensor([True, True, False, True, True, False, True])
    masked = G * present[:, None]
    value, gradient = pairwise_likelihood(F, masked, S @ masked, int(present.sum()))
    kept, kept_grad = pairwise_likelihood(F, G[present], S[:, present] @ G[present], 5)
    torch.testing.assert_close(value, kept)
    torch.testing.assert_close(gradient, kept_grad)
