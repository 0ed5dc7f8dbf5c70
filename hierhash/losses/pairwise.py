"""The pairwise likelihood of DCMH for a batch of one modality against all of the other.

Jiang & Li, CVPR 2017 (arXiv:1602.02255), first term of eq. 1: with Theta_ij = (a/2) F_i' G_j,
- sum_ij (S_ij Theta_ij - log(1 + e^{Theta_ij})). a = 1 is DCMH; another a rescales Theta, which a
graded S needs (its optimum Theta = logit S is flat). S enters only through the product S G, which
tree labels give in O(n L) (``hierhash.labels.similarity``), so no entry of S is ever formed.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

# Columns taken at once: a block of 128 x 2,048 floats is 1 MB and stays in the cache.
COLUMNS = 2048


def pairwise_likelihood(
    batch: Tensor, other: Tensor, product: Tensor, columns: int, scale: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Value and gradient of the likelihood of a batch against all outputs of the other modality.

    Args:
        batch: (b, K), outputs of the batch (F rows).
        other: (n, K), the buffer of the other modality (G); rows of items that lack that modality
            or a label are zero, and add nothing to the gradient.
        product: (b, K), the batch's rows of S G.
        columns: How many rows of ``other`` count. The zero rows each add log 2 to the raw sum,
            which is taken off again.
        scale: a in Theta = (a/2) F'G.

    Returns:
        The value per item, shape (b,), summed over the other modality's items, and the gradient
        with respect to ``batch``, shape (b, K): (a/2)(sigma(Theta) - S) G (DCMH eq. 3).

    Example:
        >>> f, g = torch.tensor([[1.0, -1.0]]), torch.tensor([[1.0, -1.0], [1.0, 1.0]])
        >>> similar = torch.tensor([[1.0, 0.0]])
        >>> value, gradient = pairwise_likelihood(f, g, similar @ g, columns=2)
        >>> round(float(value), 4)      # log(1 + e^1) - 1 + log(2)
        1.0064
    """
    half = scale / 2
    gradient = product * -half
    # log(1 + e^x) = x/2 + |x|/2 + log(1 + e^-|x|); the sum of its first part needs no pair.
    value = (batch * (gradient + half / 2 * other.sum(dim=0))).sum(dim=1)
    for start in range(0, other.shape[0], COLUMNS):
        part = other[start : start + COLUMNS]
        theta = (half * batch) @ part.T
        chance = torch.sigmoid(theta)
        gradient = torch.addmm(gradient, chance, part, alpha=half)
        value += _even_part(theta, chance)
    silent = other.shape[0] - columns
    return value - silent * math.log(2.0), gradient


def _even_part(theta: Tensor, chance: Tensor) -> Tensor:
    """Row sums of |theta|/2 + log(1 + e^-|theta|), given chance = sigma(theta); overwrites both.

    log(1 + e^-|x|) = - log max(p, 1 - p), and max(p, 1 - p) = |p - 1/2| + 1/2 lies in [1/2, 1]:
    eight of them multiply without underflow, so one log serves eight pairs.
    """
    positive = theta.abs_().sum(dim=1) / 2
    confidence = chance.sub_(0.5).abs_().add_(0.5)
    fold = confidence.shape[1] // 8
    product = confidence[:, :fold].clone()
    for part in range(1, 8):
        product *= confidence[:, part * fold : (part + 1) * fold]
    logs = product.log_().sum(dim=1) + confidence[:, 8 * fold :].log().sum(dim=1)
    return positive - logs
