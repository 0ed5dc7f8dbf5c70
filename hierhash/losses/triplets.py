"""Triplet losses over all triplets of a batch, from its table of distances.

``hinge``: NINH / DNNH (Lai et al., CVPR 2015), max(0, D(i, j) - D(i, k) + margin), j of the class
of i and k of another. ``ranking``: DSRH (Zhao et al., CVPR 2015), the same hinge over all j more
relevant to i than k, each weighted (2^r_j - 2^r_k) / Z, which is what the discounted gain loses.
"""

from __future__ import annotations

import torch
from torch import Tensor


def hinge(distances: Tensor, classes: Tensor, margin: float) -> Tensor:
    """The mean over triplets of items of a known class, a scalar; 0 where there are none.

    Memory: b x b x b.

    Args:
        distances: float (b, b).
        classes: int64 (b,), -1 where unknown.
        margin: By how much the other class should be farther.

    Example:
        >>> apart = torch.tensor([[0.0, 2.0, 1.0], [2.0, 0.0, 3.0], [1.0, 3.0, 0.0]])
        >>> hinge(apart, torch.tensor([0, 0, 1]), 1.0).item()
        1.0
    """
    known = classes >= 0
    same = (classes[:, None] == classes) & known
    near = same & known[:, None] & ~_itself(classes)
    triplets = near[:, :, None] & (~same & known & known[:, None])[:, None, :]
    losses = (distances[:, :, None] - distances[:, None, :] + margin).relu()
    return torch.where(triplets, losses, 0.0).sum() / triplets.sum().clamp(min=1)


def ranking(distances: Tensor, relevance: Tensor, margin: float) -> Tensor:
    """The mean over queries of weighted hinges whose weights sum to 1, a scalar.

    Memory: b x b x b.

    Args:
        distances: float (b, b).
        relevance: int64 (b, b), r: 0 for none; -1 for pairs that do not count, an item and itself
            among them.
        margin: By how much the less relevant item should be farther.

    Example:
        >>> apart = torch.tensor([[0.0, 2.0, 1.0]] * 3)
        >>> relevance = torch.tensor([[-1, 2, 0], [-1, -1, -1], [-1, -1, -1]])
        >>> ranking(apart, relevance, 1.0).item()
        2.0
    """
    gains = torch.where(relevance >= 0, 2.0 ** relevance.clamp(min=0), 0.0).to(distances.dtype)
    counts = (relevance >= 0)[:, :, None] & (relevance >= 0)[:, None, :]
    weights = torch.where(counts, (gains[:, :, None] - gains[:, None, :]).relu(), 0.0)
    losses = (distances[:, :, None] - distances[:, None, :] + margin).relu() * weights
    total = weights.sum(dim=(1, 2))
    some = total > 0
    each = losses.sum(dim=(1, 2))[some] / total[some]
    return each.sum() / some.sum().clamp(min=1)


def squared_distances(points: Tensor) -> Tensor:
    """||p_i - p_j||^2, (b, b).

    Example:
        >>> squared_distances(torch.tensor([[0.0], [3.0]])).tolist()
        [[0.0, 9.0], [9.0, 0.0]]
    """
    squares = points.square().sum(dim=1)
    return (squares[:, None] + squares - 2 * points @ points.T).clamp(min=0)


def lca_levels(classes: Tensor) -> Tensor:
    """How many levels two items share, int64 (b, b); -1 with itself, or where a leaf is unknown.

    Example:
        >>> lca_levels(torch.tensor([[0, 0], [0, 1], [0, -1]])).tolist()
        [[-1, 1, -1], [1, -1, -1], [-1, -1, -1]]
    """
    shared = (classes[:, None] == classes).sum(dim=2)
    unknown = (classes < 0).any(dim=1)
    out = _itself(classes[:, 0]) | unknown[:, None] | unknown
    return torch.where(out, -1, shared)


def _itself(rows: Tensor) -> Tensor:
    return torch.eye(len(rows), dtype=torch.bool, device=rows.device)
