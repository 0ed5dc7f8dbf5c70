from __future__ import annotations

import math

import torch

from hierhash.branches.heads import build_head

SIZES = [2, 4]
ANCESTORS = torch.tensor([[0, 0, 1, 1], [0, 1, 2, 3]])
WEIGHTS = torch.tensor([0.3, 0.7])


def literal_path_loss(leaf_logits, codes):
    """Marginal likelihoods, summed leaf by leaf."""
    total = 0.0
    for level, weight in enumerate(WEIGHTS.tolist()):
        values = []
        for row, own in zip(leaf_logits.tolist(), codes.tolist(), strict=True):
            if own[level] < 0:
                continue
            mass = [math.exp(x) for x in row]
            under = sum(
                m for m, a in zip(mass, ANCESTORS[level].tolist(), strict=True) if a == own[level]
            )
            values.append(-math.log(under / sum(mass)))
        total += weight * sum(values) / max(len(values), 1)
    return total


def test_path_loss_is_the_marginal_likelihood_and_masks_the_unknown():
    torch.manual_seed(0)
    head = build_head("path", 5, SIZES, ANCESTORS, WEIGHTS)
    outputs = torch.randn(6, 5)
    codes = torch.tensor([[0, 0], [0, 1], [1, 2], [1, -1], [-1, -1], [1, 3]])
    expected = literal_path_loss(head.leaves(outputs).detach(), codes)
    assert abs(head.loss(outputs, codes).item() - expected) < 1e-5


def test_path_probabilities_agree_from_level_to_level():
    head = build_head("path", 5, SIZES, ANCESTORS, WEIGHTS)
    top, leaf = (p.exp() for p in head.log_probabilities(50 * torch.randn(9, 5)))
    torch.testing.assert_close(top, torch.stack([leaf[:, :2].sum(1), leaf[:, 2:].sum(1)], dim=1))


def test_per_level_loss_is_a_weighted_sum_of_cross_entropies():
    head = build_head("per_level", 5, SIZES, ANCESTORS, WEIGHTS)
    outputs, codes = torch.randn(4, 5), torch.tensor([[0, 1], [1, 2], [0, 0], [1, 3]])
    expected = sum(
        w * torch.nn.functional.cross_entropy(classify(outputs), codes[:, level])
        for level, (w, classify) in enumerate(zip(WEIGHTS, head.classifiers, strict=True))
    )
    torch.testing.assert_close(head.loss(outputs, codes), expected)


def test_leaf_head_ignores_the_inner_levels():
    head = build_head("leaf", 5, SIZES, ANCESTORS, WEIGHTS)
    outputs = torch.randn(4, 5)
    one = head.loss(outputs, torch.tensor([[0, 1], [1, 2], [0, 0], [1, 3]]))
    other = head.loss(outputs, torch.tensor([[1, 1], [0, 2], [1, 0], [0, 3]]))
    assert one == other
