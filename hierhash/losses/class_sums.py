"""Sums of the rows of each class, in the order of the rows on every device."""

from __future__ import annotations

import torch
from torch import Tensor


def class_sums(rows: Tensor, classes: Tensor, size: int) -> Tensor:
    """Sums of rows, float (size, K); zeros for a class without rows.

    Sorted rows are summed, not scattered ones (``index_add_``), whose order and last digits CUDA
    leaves open; on a CPU both are the same to the last digit. No gradient is meant to go through.

    Args:
        rows: float (n, K).
        classes: int64 (n,), below ``size``; -1 for rows that do not count.
        size: How many classes there are.

    Example:
        >>> rows = torch.tensor([[1.0, 2.0], [4.0, 8.0], [16.0, 32.0]])
        >>> class_sums(rows, torch.tensor([1, -1, 1]), 2).tolist()
        [[0.0, 0.0], [17.0, 34.0]]
    """
    lengths = torch.bincount(classes + 1, minlength=size + 1)
    ordered = rows[classes.argsort(stable=True)]
    return torch.segment_reduce(ordered, "sum", lengths=lengths)[1:]
