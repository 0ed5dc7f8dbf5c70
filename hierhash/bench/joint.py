"""What items are in several trees at once, and which of them are the same."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.items import ItemLabels


def joint_labels(parts: Sequence[ItemLabels]) -> ItemLabels:
    """Items by what they are in all trees at once: one class a combination of leaves.

    An item of several leaves or values has every combination; one without a leaf in some tree is
    unlabelled.

    Args:
        parts: Labels of the same n items in each tree.

    Example:
        >>> leaf = ItemLabels(np.array([[0], [1], [0]]), np.array([0, 1, 2, 3]))
        >>> colour = ItemLabels(np.array([[5], [5]]), np.array([0, 1, 2, 2]))
        >>> joint_labels([leaf, colour]).counts.tolist()
        [1, 1, 0]
    """
    numbers: dict[tuple[int, ...], int] = {}
    codes: list[int] = []
    offsets = np.zeros(parts[0].n + 1, dtype=np.int64)
    for item in range(parts[0].n):
        own = [_leaves(labels, item) for labels in parts]
        codes += [numbers.setdefault(key, len(numbers)) for key in product(*own)]
        offsets[item + 1] = len(codes)
    return ItemLabels(np.asarray(codes, dtype=np.int32).reshape(-1, 1), offsets)


def _leaves(labels: ItemLabels, item: int) -> list[int]:
    codes = labels.codes[labels.offsets[item] : labels.offsets[item + 1], -1]
    return [int(one) for one in codes if one >= 0]


def shares_a_class(joint: ItemLabels, query: int, database: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which items of the database share a class with an item that asks, bool (database,)."""
    own = joint.codes[joint.offsets[query] : joint.offsets[query + 1], 0]
    asked = joint.subset(database)
    inside = np.isin(asked.codes[:, 0], own)
    counts = np.bincount(np.repeat(np.arange(asked.n), asked.counts)[inside], minlength=asked.n)
    return counts > 0
