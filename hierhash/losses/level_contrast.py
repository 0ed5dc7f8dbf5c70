"""Supervised contrast at every level of a tree with a hierarchy constraint (HMLC, HiMulConE).

Zhang et al., CVPR 2022 ("Use All The Labels"): from the leaves up, the supervised contrast of the
level, weighted 2^(1/l), l = 1 at the leaves, and never below that of a finer level. As in the
official code (salesforce/hierarchicalContrastiveLearning) the constraint compares the levels'
means, and each level above looks at one item of each class of the level below. An anchor without a
positive, which is a division by zero there, does not count.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def level_contrast(outputs: Tensor, classes: Tensor, items: Tensor, temperature: float) -> Tensor:
    """The loss of a batch, a scalar.

    Memory: b x b.

    Args:
        outputs: float (b, K); cosines are compared.
        classes: int64 (b, L), -1 where unknown.
        items: int64 (b,), which item each row is a view of; views of an item are positives.
        temperature: What cosines are divided by.
    """
    units = functional.normalize(outputs)
    depth = classes.shape[1]
    total, largest = outputs.new_zeros(()), outputs.new_full((), -torch.inf)
    rows = (classes[:, -1] >= 0).nonzero()[:, 0]
    for number, level in enumerate(range(depth - 1, -1, -1), start=1):
        own = classes[rows, level]
        alone = contrast(units[rows], own, temperature)
        largest = torch.maximum(largest, alone)
        total = total + 2 ** (1 / number) * largest
        rows = rows[one_of_each(own, items[rows])]
    return total / depth


def contrast(units: Tensor, classes: Tensor, temperature: float) -> Tensor:
    """Mean over anchors with a positive of - mean over positives of log softmax; 0 where none has.

    Example:
        >>> contrast(torch.ones(2, 1), torch.tensor([0, 0]), 1.0).item()
        0.0
    """
    itself = torch.eye(len(units), dtype=torch.bool, device=units.device)
    logits = (units @ units.T / temperature).masked_fill(itself, -torch.inf)
    chances = torch.log_softmax(logits, dim=1).masked_fill(itself, 0.0)
    positive = (classes[:, None] == classes) & ~itself
    count = positive.sum(dim=1)
    some = count > 0
    each = -(chances * positive).sum(dim=1)[some] / count[some]
    return each.sum() / some.sum().clamp(min=1)


def one_of_each(classes: Tensor, items: Tensor) -> Tensor:
    """Bool (b,): the rows of the first item of each class, all its views.

    Example:
        >>> one_of_each(torch.tensor([3, 3, 5, 3]), torch.tensor([7, 8, 9, 7])).tolist()
        [True, False, True, True]
    """
    place = torch.arange(len(classes), device=classes.device)
    first = torch.full((int(classes.max()) + 1 if len(classes) else 0,), len(classes))
    first = first.to(place.device).scatter_reduce(0, classes, place, "amin")
    return items == items[first[classes]]
