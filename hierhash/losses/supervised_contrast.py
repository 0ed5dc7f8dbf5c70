"""Supervised contrast of a batch with a buffer (Khosla et al., NeurIPS 2020, eq. 2).

For an anchor i: - 1/|P(i)| sum over p in P(i) of log softmax_p(s_i), s_ij = a <h_i, h_j>: the
cross-entropy between the softmax of its similarities over all candidates and a target spread evenly
over its positives, which are the candidates of its class. As the target's part of the sum needs the
mean of the positives alone, no n-wide mask of them is made: the loss is logsumexp_j s_ij -
a <h_i, mean of P(i)>, and its gradient a (sum_j softmax_ij h_j - mean of P(i)).
"""

from __future__ import annotations

import torch
from torch import Tensor

from hierhash.losses.class_sums import class_sums

# Candidates taken at once: a block of 128 x 2,048 floats is 1 MB and stays in the cache.
COLUMNS = 2048


def supervised_contrast(
    anchors: Tensor, classes: Tensor, buffer: Tensor, known: Tensor, own: Tensor, scale: float
) -> Tensor:
    """Mean loss of the anchors that have a positive, a scalar; 0 where none has one.

    The gradient flows to ``anchors`` alone. Memory: batch x COLUMNS, n x K and classes x K.

    Args:
        anchors: float (b, K).
        classes: int64 (b,), the class of each anchor, -1 where unknown.
        buffer: float (n, K), what anchors are contrasted with.
        known: int64 (n,), the class of each row of the buffer, -1 for rows that are no candidates.
        own: int64 (b,), the row that is the anchor itself, no candidate for it; -1 for none.
        scale: a, above 0.

    Example:
        >>> one, two = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0], [0.0, -1.0]])
        >>> class_of, none = torch.tensor([0]), torch.tensor([-1])
        >>> supervised_contrast(one, class_of, two, torch.tensor([0, 1]), none, 1.0).item()
        0.6931471824645996
    """
    live, anchors = anchors, anchors.detach()
    total, expected = _softmax(anchors, buffer, known, own, scale)
    mean, some = _positives(anchors, classes, buffer, known, own)
    each = torch.where(some, total - scale * (anchors * mean).sum(dim=1), 0.0)
    gradient = torch.where(some[:, None], scale * (expected - mean), 0.0)
    counted = some.sum().clamp(min=1)
    # The value of the loss, and of the added zero the gradient that was worked out above.
    return (each.sum() + ((live - anchors) * gradient).sum()) / counted


def _softmax(
    anchors: Tensor, buffer: Tensor, known: Tensor, own: Tensor, scale: float
) -> tuple[Tensor, Tensor]:
    """Log-sum-exp (b,) over the candidates, and the mean (b, K) of them under the softmax."""
    lowest = torch.finfo(anchors.dtype).min
    peak = anchors.new_full((len(anchors), 1), lowest)
    mass, summed = torch.zeros_like(peak), torch.zeros_like(anchors)
    closed = torch.zeros_like(known, dtype=anchors.dtype).masked_fill(known < 0, -torch.inf)
    for start in range(0, len(buffer), COLUMNS):
        part = buffer[start : start + COLUMNS]
        logits = torch.addmm(closed[start : start + COLUMNS], anchors, part.T, alpha=scale)
        inside = ((own >= start) & (own < start + COLUMNS)).nonzero()[:, 0]
        logits[inside, own[inside] - start] = -torch.inf
        higher = torch.maximum(peak, logits.amax(dim=1, keepdim=True))
        shrunk = (peak - higher).exp_()
        logits.sub_(higher).exp_()
        mass = mass * shrunk + logits.sum(dim=1, keepdim=True)
        summed = torch.addmm(summed * shrunk, logits, part)
        peak = higher
    mass = mass.clamp(min=torch.finfo(mass.dtype).tiny)
    return (peak + mass.log())[:, 0], summed / mass


def _positives(
    anchors: Tensor, classes: Tensor, buffer: Tensor, known: Tensor, own: Tensor
) -> tuple[Tensor, Tensor]:
    """The mean (b, K) of each anchor's positives, and which anchors have some."""
    size = 1 + int(torch.cat([classes, known]).max().clamp(min=0))
    sums = class_sums(buffer, known, size)
    counts = torch.bincount(known + 1, minlength=size + 1)[1:].to(anchors.dtype)
    itself = ((own >= 0) & (known[own.clamp(min=0)] == classes)).to(anchors.dtype)
    count = counts[classes.clamp(min=0)] - itself
    summed = sums[classes.clamp(min=0)] - buffer[own.clamp(min=0)] * itself[:, None]
    some = (count > 0) & (classes >= 0)
    return summed / count.clamp(min=1)[:, None], some
