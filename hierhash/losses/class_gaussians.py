"""Softmax over Gaussians at class centres: -log( e^(-s/2 ||u - mu_y||^2) / sum_c e^(-s/2 ...) ).

HPDH (Zhang et al., arXiv:1901.11259), the class-wise loss of one level, and its terms that keep
outputs at the corners of the cube. The official code sums exponentials as they are, which vanish
where all centres are far; here logarithms are taken before.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def class_gaussians(outputs: Tensor, classes: Tensor, centres: Tensor, precision: float) -> Tensor:
    """Mean over the items whose class is known, a scalar; 0 where none is.

    Args:
        outputs: float (b, K).
        classes: int64 (b,), -1 where unknown.
        centres: float (C, K).
        precision: s, above 0.

    Example:
        >>> outputs, centres = torch.zeros(1, 2), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
        >>> round(class_gaussians(outputs, torch.tensor([0]), centres, 1.0).item(), 4)
        0.6931
    """
    known = classes >= 0
    own = outputs[known]
    # ||u||^2 is common to all classes and falls out of the softmax.
    logits = precision * (own @ centres.T - centres.square().sum(dim=1) / 2)
    summed = functional.cross_entropy(logits, classes[known], reduction="sum")
    return summed / known.sum().clamp(min=1)


def cube(outputs: Tensor) -> tuple[Tensor, Tensor]:
    """How far outputs are outside the cube of side 1.1, and from its corners, both over K.

    Example:
        >>> outside, corners = cube(torch.tensor([[1.5, -0.5]]))
        >>> round(outside.item(), 4), corners.item()
        (0.2, 0.25)
    """
    outside = (outputs.abs() - 1.1).relu().mean()
    return outside, (torch.where(outputs >= 0, 1.0, -1.0) - outputs).square().mean()
