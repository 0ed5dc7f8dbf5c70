"""Items as methods take them: feature rows of each modality, who has it, and labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.items import ItemLabels

MODALITIES = ("image", "text")
BOTH = "both"
BLOCK = 4096


@dataclass(frozen=True)
class Items:
    """Feature rows and labels of n items, row i of each being item i.

    Args:
        rows: Modality to its features: an array (n, ...) or a sparse matrix (n, d). A modality that
            no item has is absent.
        has: For each of these, bool (n,): whether the item has it.
        labels: Their labels.
        facets: Their labels in other trees, by name.
        variants: Modality to other feature rows of the same items, such as those of shorter texts,
            and ``share`` of them that a batch takes instead of the items' own.
        share: See ``variants``.

    Example:
        >>> labels = ItemLabels(np.array([[0], [1]]), np.array([0, 1, 2]))
        >>> items = Items({"text": np.ones((2, 3))}, {"text": np.array([True, False])}, labels)
        >>> items.having("text", np.array([1, 0])).tolist(), items.shapes
        ([0], {'text': (3,)})
    """

    rows: Mapping[str, Any]
    has: Mapping[str, NDArray[np.bool_]]
    labels: ItemLabels
    facets: Mapping[str, ItemLabels] = field(default_factory=dict)
    variants: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    share: float = 0.0

    @property
    def n(self) -> int:
        """Number of items."""
        return self.labels.n

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of one row of each modality."""
        return {modality: tuple(rows.shape[1:]) for modality, rows in self.rows.items()}

    def subset(self, index: NDArray[np.int64]) -> Items:
        """The items at ``index``, in that order."""
        return Items(
            {modality: rows[index] for modality, rows in self.rows.items()},
            {modality: has[index] for modality, has in self.has.items()},
            self.labels.subset(index),
            {name: labels.subset(index) for name, labels in self.facets.items()},
            {name: [rows[index] for rows in own] for name, own in self.variants.items()},
            self.share,
        )

    def labelled_by(self, facet: str) -> Items:
        """The same items with their labels in a facet's tree in place of their category."""
        return replace(self, labels=self.facets[facet], facets={})

    def given(
        self, modality: str, index: NDArray[np.int64]
    ) -> list[tuple[list[str], NDArray[np.int64]]]:
        """How items are given to a method: groups of modalities with the rows that have just these.

        Args:
            modality: ``image`` or ``text``: items that have it; ``both``: items that have any, by
                all that they have.
            index: The items.
        """
        if modality != BOTH:
            return [([modality], self.having(modality, index))]
        groups = []
        for modalities in (["image", "text"], ["image"], ["text"]):
            others = [one for one in self.has if one not in modalities]
            if all(one in self.has for one in modalities):
                rows = index
                for one in modalities:
                    rows = self.having(one, rows)
                for one in others:
                    rows = rows[~self.has[one][rows]]
                groups.append((modalities, rows))
        return [(modalities, rows) for modalities, rows in groups if len(rows)]

    def having(self, modality: str, index: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of ``index`` that have a modality, with ``both`` any; none where nothing has it."""
        if modality == BOTH:
            some = np.any([has[index] for has in self.has.values()], axis=0)
            return np.asarray(index[some])
        if modality not in self.has:
            return index[:0]
        return np.asarray(index[self.has[modality][index]])


def blocks(n: int) -> Iterator[slice]:
    """Slices of BLOCK rows over n rows."""
    for start in range(0, n, BLOCK):
        yield slice(start, min(start + BLOCK, n))
