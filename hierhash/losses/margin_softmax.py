"""Softmax over cosines with a margin: CE(s (cos(u, c_y) - m [y = true])).

CosFace (Wang et al., CVPR 2018, eq. 4); with fixed binary centres c it is OrthoHash (Hoe et al.,
NeurIPS 2021, arXiv:2109.14449, eq. 6), whose official code has s = 8 and m = 0.2.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def margin_softmax(
    outputs: Tensor, classes: Tensor, centres: Tensor, scale: float, margin: float
) -> Tensor:
    """Mean cross-entropy of the items whose class is known, a scalar; 0 where none is.

    Args:
        outputs: float (b, K).
        classes: int64 (b,), -1 where unknown.
        centres: float (C, K), one a class.
        scale: s, above 0.
        margin: m, what the true class's cosine is lowered by.

    Example:
        >>> import torch
        >>> outputs, centres = torch.tensor([[2.0, 0.0]]), torch.eye(2)
        >>> round(margin_softmax(outputs, torch.tensor([0]), centres, 1.0, 1.0).item(), 4)
        0.6931
    """
    known = classes >= 0
    cosines = functional.normalize(outputs[known]) @ functional.normalize(centres).T
    true = functional.one_hot(classes[known], len(centres))
    logits = scale * (cosines - margin * true)
    summed = functional.cross_entropy(logits, classes[known], reduction="sum")
    return summed / known.sum().clamp(min=1)
