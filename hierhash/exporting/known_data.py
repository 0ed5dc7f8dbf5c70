"""The data of a run as far as they are there: a card counts them, a comparison codes a few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hierhash.data.split.split import Split
from hierhash.errors import InputError
from hierhash.prepare import LabelledItems, labelled_items
from hierhash.runs.saved import SPLIT, SavedRun


@dataclass(frozen=True)
class KnownData:
    """What is read of a run's data set.

    Args:
        items: Its items and their labels.
        train: Rows of the training items.
    """

    items: LabelledItems
    train: NDArray[np.int64]

    def training_items(self) -> NDArray[np.int64]:
        """By leaf the number of training items, (leaves,)."""
        labels = self.items.labels.subset(self.train)
        tree = self.items.tree
        _, leaves, _ = labels.multi_hot_rows(tree.depth)
        return np.bincount(leaves, minlength=len(tree.leaves))


def known_data(saved: SavedRun) -> KnownData | None:
    """The data set of a run; nothing where it is gone, or not what it was."""
    try:
        items = labelled_items(saved.config.data, saved.tree)
        split = Split.load(saved.folder / SPLIT, items.catalogue.ids)
    except InputError:
        return None
    return KnownData(items, np.asarray(split.train, dtype=np.int64))
