"""The mean output of each leaf's items: small, and enough to add leaves to a trained head."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.methods.method import Rows
from hierhash.training.items import MODALITIES, Items, blocks


@dataclass(frozen=True, eq=False)
class ClassMeans:
    """Mean outputs by modality and leaf.

    Args:
        outputs: float32 (2, leaves, width), of pictures and of texts; zeros where there is no item.
        items: int64 (2, leaves), the number of items that each is the mean of.
    """

    outputs: NDArray[np.float32]
    items: NDArray[np.int64]

    @property
    def state(self) -> dict[str, NDArray[Any]]:
        """The arrays by the names that a run keeps them under."""
        return {"class_means": self.outputs, "class_items": self.items}

    def of_shape(self, leaves: int, width: int) -> ClassMeans:
        """These, if they are of so many leaves and outputs.

        Raises:
            ValueError: They are not.
        """
        shape = len(MODALITIES), leaves, width
        if self.outputs.shape != shape or self.items.shape != shape[:2]:
            raise ValueError("class means are of another shape")
        return self

    def of(self, leaves: NDArray[np.int64]) -> ClassMeans:
        """Those of some leaves, in their order.

        Example:
            >>> two = ClassMeans(np.ones((2, 2, 3), np.float32), np.array([[1, 2], [3, 4]]))
            >>> two.of(np.array([1])).items.tolist()
            [[2], [4]]
        """
        return ClassMeans(self.outputs[:, leaves], self.items[:, leaves])

    def deviations(self, base: ClassMeans) -> NDArray[np.float64]:
        """How far each leaf lies from the middle of the leaves of ``base``.

        The mean over the modalities that the leaf has items of, each taken from its own middle;
        0 where it has none.

        Returns:
            float64 (leaves, width).
        """
        total = np.zeros(self.outputs.shape[1:])
        for own, number, all_, there in zip(
            self.outputs, self.items, base.outputs, base.items, strict=True
        ):
            if (there > 0).any():
                middle = all_[there > 0].mean(axis=0, dtype=np.float64)
                total += (number > 0)[:, None] * (own - middle)
        return np.asarray(total / np.maximum((self.items > 0).sum(axis=0), 1)[:, None])


def class_means(
    outputs_of: Callable[[Rows], NDArray[np.float32]], items: Items, leaves: int, width: int
) -> ClassMeans:
    """The means over items of a known leaf; an item of several leaves counts for each.

    Memory: the outputs of a block of items and (leaves, width) float64.

    Args:
        outputs_of: Gives the outputs (n, width) of feature rows of one modality.
        items: The items.
        leaves: Number of leaves.
        width: Of the outputs.
    """
    means = np.zeros((len(MODALITIES), leaves, width), dtype=np.float32)
    counts = np.zeros((len(MODALITIES), leaves), dtype=np.int64)
    for side, modality in enumerate(MODALITIES):
        total = np.zeros((leaves, width))
        for rows, classes, outputs in leaf_outputs(outputs_of, items, modality):
            np.add.at(total, classes, outputs[rows])
            counts[side] += np.bincount(classes, minlength=leaves)
        means[side] = total / np.maximum(counts[side], 1)[:, None]
    return ClassMeans(means, counts)


def leaf_outputs(
    outputs_of: Callable[[Rows], NDArray[np.float32]], items: Items, modality: str
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]]:
    """Outputs of the items of a known leaf that have a modality, block by block.

    Args:
        outputs_of: As in ``class_means``.
        items: The items.
        modality: ``image`` or ``text``.

    Yields:
        Of a block of items: the rows of ``outputs`` and the leaves (p,), one pair for each leaf of
        an item, and the outputs, float32 (b, width).
    """
    known = items.having(modality, np.flatnonzero(items.labels.leaf_known))
    for block in blocks(len(known)):
        own = known[block]
        labels = items.labels.subset(own)
        rows, leaves, _ = labels.multi_hot_rows(labels.depth)
        yield rows, leaves, outputs_of({modality: items.rows[modality][own]})
