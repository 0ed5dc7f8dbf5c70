"""SHDH's loss: products of codes, level by level, follow a similarity weighted by level.

Wang et al., AAAI 2018 (arXiv:1704.02088): with u_k = 2 (L + 1 - k) / (L (L + 1)) and s^k_ij = 1
where items share their class of level k, else -1, the target is s_ij = sum_k u_k s^k_ij and

    J = sum_ij ( sum_k u_k <h_i^k, h_j^k> / C_k - s_ij )^2 + alpha sum_k || sum_i h_i^k ||^2,

C_k the bits of level k's part. The paper's constants could not be read; sums are means here.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def segment_similarity(
    parts: Sequence[Tensor],
    classes: Tensor,
    others: Sequence[Tensor],
    their_classes: Tensor,
    weights: Tensor,
) -> Tensor:
    """The mean over pairs of items of a known leaf, a scalar; 0 where there are none.

    Memory: b x m.

    Args:
        parts: For each level the items' relaxed bits, float (b, C_k) within -1..1.
        classes: int64 (b, L), -1 where unknown.
        others: As ``parts``, of m items.
        their_classes: int64 (m, L).
        weights: (L,), u.

    Example:
        >>> one, classes = torch.ones(1, 2), torch.tensor([[0]])
        >>> segment_similarity([one], classes, [-one], classes, torch.ones(1)).item()
        4.0
    """
    known, theirs = classes[:, -1] >= 0, their_classes[:, -1] >= 0
    apart = parts[0].new_zeros(int(known.sum()), int(theirs.sum()))
    for level, (own, other) in enumerate(zip(parts, others, strict=True)):
        same = classes[known, level][:, None] == their_classes[theirs, level]
        product = own[known] @ other[theirs].T / own.shape[1]
        apart = apart + weights[level] * (product - torch.where(same, 1.0, -1.0))
    return apart.square().sum() / max(apart.numel(), 1)


def balance(relaxed: Tensor) -> Tensor:
    """The mean over bits of the squared mean of a bit, a scalar.

    Example:
        >>> balance(torch.tensor([[1.0, 1.0], [1.0, -1.0]])).item()
        0.5
    """
    return relaxed.mean(dim=0).square().mean()
