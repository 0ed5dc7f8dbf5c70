"""Proxies on the hypersphere: items near those of their classes, a bound away from all others.

HyP2 (Xu et al., CVPR 2022) and DSPH, its form for two modalities (Huo et al., TCSVT 2023): the mean
of 1 - cos(u, p) over an item's own classes, plus that of max(0, cos(u, p) - zeta) over the others;
and for items of several classes alpha max(0, cos(u_i, u_j) - zeta) over pairs without a common one.

zeta comes from the largest least distance d of a linear code of C words: zeta = 1 - 2 d / K. The
official code reads d from a table of the best codes known; here it is Griesmer's bound on d.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional


def griesmer_distance(bits: int, classes: int) -> int:
    """The largest d with sum over i < k of ceil(d / 2^i) <= bits, k = ceil(log2 classes).

    Example:
        >>> griesmer_distance(7, 16), griesmer_distance(8, 16)
        (3, 4)
    """
    words = max(1, math.ceil(math.log2(max(classes, 2))))
    fits = (d for d in range(bits, 0, -1) if sum(-(-d // 2**i) for i in range(words)) <= bits)
    return next(fits, 1)


def proxy_loss(outputs: Tensor, labels: Tensor, proxies: Tensor, zeta: float) -> Tensor:
    """The two terms of items and proxies, a scalar.

    Args:
        outputs: float (b, K).
        labels: bool (b, C), the classes of each item; items without one do not count.
        proxies: float (C, K).
        zeta: What the cosine of an item and another class's proxy may be.

    Example:
        >>> eye = torch.eye(2)
        >>> proxy_loss(eye, torch.eye(2, dtype=torch.bool), eye, 0.0).item()
        0.0
    """
    some = labels.any(dim=1)
    cosines = functional.normalize(outputs[some]) @ functional.normalize(proxies).T
    own = labels[some]
    near = torch.where(own, 1 - cosines, 0.0).sum() / own.sum().clamp(min=1)
    far = torch.where(own, 0.0, (cosines - zeta).relu()).sum() / (~own).sum().clamp(min=1)
    return near + far


def irrelevant_pairs(
    outputs: Tensor, labels: Tensor, others: Tensor, their_labels: Tensor, zeta: float
) -> Tensor:
    """Mean of max(0, cos - zeta) over pairs of items of several classes that share none, a scalar.

    Args:
        outputs: float (b, K).
        labels: bool (b, C).
        others: float (m, K).
        their_labels: bool (m, C).
        zeta: As in ``proxy_loss``.

    Example:
        >>> one, label = torch.tensor([[1.0, 0.0]]), torch.tensor([[True, True, False, False]])
        >>> irrelevant_pairs(one, label, one, ~label, 0.5).item()
        0.5
    """
    first, second = labels.sum(dim=1) > 1, their_labels.sum(dim=1) > 1
    apart = (labels[first].float() @ their_labels[second].float().T) == 0
    cosines = functional.normalize(outputs[first]) @ functional.normalize(others[second]).T
    return torch.where(apart, (cosines - zeta).relu(), 0.0).sum() / apart.sum().clamp(min=1)
