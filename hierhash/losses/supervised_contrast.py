"""Supervised contrast over a buffer (Khosla et al., NeurIPS 2020, eq. 2), as a soft target.

For an anchor i: - 1/|P(i)| sum over p in P(i) of log softmax_p(s_i / t): the cross-entropy between
the softmax of its similarities over all candidates and a target spread evenly over its positives.
"""

from __future__ import annotations

import torch
from torch import Tensor


def supervised_contrast(similarities: Tensor, positive: Tensor, candidate: Tensor) -> Tensor:
    """Mean loss of the anchors that have a positive, a scalar; 0 where none has one.

    Args:
        similarities: (b, n), already divided by the temperature.
        positive: bool (b, n): of the anchor's class.
        candidate: bool (b, n): stands in the softmax; other positives do not count.

    Example:
        >>> positive = torch.tensor([[True, False]])
        >>> supervised_contrast(torch.zeros(1, 2), positive, torch.ones(1, 2, dtype=bool)).item()
        0.6931471824645996
    """
    positive = positive & candidate
    lowest = torch.finfo(similarities.dtype).min
    logs = torch.log_softmax(similarities.masked_fill(~candidate, lowest), dim=1)
    count = positive.sum(dim=1)
    each = -(logs * positive).sum(dim=1) / count.clamp(min=1)
    return each.sum() / (count > 0).sum().clamp(min=1)
