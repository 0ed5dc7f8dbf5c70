"""Losses of the hierarchical classification heads.

``per_level``: a softmax over the classes of each level, summed with level weights.
``path``: one softmax over the leaves; the probability of an inner node is the sum over the leaves
below it, so the predictions of all levels agree by construction. The loss is the marginal
likelihood of the true ancestor at every level, - sum_l w_l log p(a_l(i)).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional


def per_level_loss(logits: Sequence[Tensor], codes: Tensor, weights: Tensor) -> Tensor:
    """Weighted sum over levels of the mean cross-entropy.

    Args:
        logits: One (b, C_l) tensor for each level.
        codes: int64 (b, L), the class of each item at each level, -1 where unknown (masked).
        weights: (L,), nonnegative.

    Returns:
        A scalar; 0 where nothing is known.
    """
    total = codes.new_zeros((), dtype=weights.dtype)
    for level, level_logits in enumerate(logits):
        if weights[level] > 0:
            total = total + weights[level] * _known_mean(
                functional.cross_entropy(
                    level_logits, codes[:, level].clamp(min=0), reduction="none"
                ),
                codes[:, level],
            )
    return total


def path_loss(
    leaf_logits: Tensor, ancestors: Tensor, codes: Tensor, weights: Tensor, sizes: Sequence[int]
) -> Tensor:
    """Weighted negative marginal log likelihood of the true ancestor at every level.

    Args:
        leaf_logits: (b, leaves).
        ancestors: int64 (L, leaves), the class of each leaf at each level.
        codes: int64 (b, L), -1 where unknown (masked).
        weights: (L,), nonnegative.
        sizes: Number of classes of each level.

    Returns:
        A scalar; 0 where nothing is known.

    Example:
        >>> logits = torch.zeros(1, 4)                       # four leaves under two parents
        >>> ancestors = torch.tensor([[0, 0, 1, 1], [0, 1, 2, 3]])
        >>> weights = torch.tensor([1.0, 0.0])
        >>> path_loss(logits, ancestors, torch.tensor([[1, 2]]), weights, [2, 4]).item()
        0.6931471824645996
    """
    total = codes.new_zeros((), dtype=weights.dtype)
    for level, size in enumerate(sizes):
        if weights[level] > 0:
            log_p = level_log_probabilities(leaf_logits, ancestors[level], size)
            picked = log_p.gather(1, codes[:, level : level + 1].clamp(min=0))[:, 0]
            total = total - weights[level] * _known_mean(picked, codes[:, level])
    return total


def level_log_probabilities(leaf_logits: Tensor, ancestors: Tensor, size: int) -> Tensor:
    """Log probabilities of a level's classes, (b, size), from leaf logits, (b, leaves).

    log p(node) = logsumexp over its leaves - logsumexp over all. Computed with the row's maximum
    over each node taken off, so that it is exact for far nodes too.
    """
    index = ancestors.expand(leaf_logits.shape[0], -1)
    peak = leaf_logits.new_full((leaf_logits.shape[0], size), -torch.inf)
    peak = peak.scatter_reduce(1, index, leaf_logits.detach(), reduce="amax", include_self=False)
    mass = torch.exp(leaf_logits - peak.gather(1, index))
    summed = torch.zeros_like(peak).scatter_add(1, index, mass)
    return torch.log(summed) + peak - torch.logsumexp(leaf_logits, dim=1, keepdim=True)


def _known_mean(values: Tensor, codes: Tensor) -> Tensor:
    known = codes >= 0
    return torch.where(known, values, 0.0).sum() / known.sum().clamp(min=1)
