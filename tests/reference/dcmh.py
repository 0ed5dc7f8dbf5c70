"""The DCMH objective, written as in the paper (eq. 1), with autograd gradients."""

from __future__ import annotations

import torch


def objective(F, G, B, S, gamma, eta, scale=1.0):
    """F, G, B: (n, K), rows are items; S: (n, n). Float64."""
    theta = scale / 2 * F @ G.T
    likelihood = -(S * theta - torch.log1p(torch.exp(-theta.abs())) - theta.clamp(min=0)).sum()
    quantisation = ((B - F) ** 2).sum() + ((B - G) ** 2).sum()
    balance = (F.sum(0) ** 2).sum() + (G.sum(0) ** 2).sum()
    return likelihood + gamma * quantisation + eta * balance


def gradient(F, G, B, S, gamma, eta, scale=1.0):
    F = F.clone().requires_grad_()
    G = G.clone().requires_grad_()
    objective(F, G, B, S, gamma, eta, scale).backward()
    return F.grad, G.grad
