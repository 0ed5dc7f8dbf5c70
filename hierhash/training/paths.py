"""One label path of each item of a batch, for losses that take a class at each level."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from hierhash.labels.items import ItemLabels


def draw_paths(labels: ItemLabels, index: Tensor, generator: torch.Generator) -> Tensor:
    """The class codes of items, int64 (b, L), -1 where unknown; of several paths one at random.

    Args:
        labels: Labels of all items.
        index: int64 (b,), the items, on the CPU.
        generator: Draws among several paths; untouched where every item has at most one.

    Example:
        >>> labels = ItemLabels(np.array([[0, 1], [1, 2]]), np.array([0, 1, 1, 2]))
        >>> draw_paths(labels, torch.tensor([2, 1]), torch.Generator()).tolist()
        [[1, 2], [-1, -1]]
    """
    rows = index.numpy()
    if labels.single_path:
        return torch.from_numpy(labels.single_codes[rows].astype(np.int64))
    counts = labels.offsets[rows + 1] - labels.offsets[rows]
    draw = torch.rand(len(rows), generator=generator).numpy()
    picked = labels.offsets[rows] + (draw * counts).astype(np.int64)
    codes = labels.codes[np.minimum(picked, max(len(labels.codes) - 1, 0))].astype(np.int64)
    codes[counts == 0] = -1
    return torch.from_numpy(codes)
