"""Central similarity: every bit of an item is drawn to that of its class's hash centre.

CSQ (Yuan et al., CVPR 2020), L_C of eq. 4, the binary cross-entropy between the bits of a centre
and h = tanh(u), both moved to 0..1, and L_Q of eq. 6 as the official code has it, ( |h| - 1 )^2.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def central_similarity(outputs: Tensor, classes: Tensor, centres: Tensor) -> tuple[Tensor, Tensor]:
    """L_C and L_Q, scalars: means over the bits of the items whose class is known.

    Args:
        outputs: float (b, K), u.
        classes: int64 (b,), -1 where unknown.
        centres: float (C, K) of -1 and +1.

    Example:
        >>> central, _ = central_similarity(torch.zeros(1, 2), torch.tensor([0]), torch.ones(1, 2))
        >>> round(central.item(), 4)
        0.6931
    """
    own = outputs[classes >= 0]
    targets = (centres[classes[classes >= 0]] + 1) / 2
    # (tanh(u) + 1) / 2 = sigma(2u), of which the logarithm is taken without overflow.
    summed = functional.binary_cross_entropy_with_logits(2 * own, targets, reduction="sum")
    count = max(own.numel(), 1)
    return summed / count, (torch.tanh(own).abs() - 1).square().sum() / count
