"""Counts the tie groups of rankings by a whole-number distance without sorting.

Queries of the same labels agree with the database in the same way, so relevance is worked out once
for each set of labels. A query then costs one pass over the database: its distances, put beside the
levels, and one histogram.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.distances import Distance
from hierhash.codes.packing import Codes
from hierhash.labels.items import ItemLabels
from hierhash.labels.relevance import relevance_levels
from hierhash.metrics.groups import RankedGroups


def count_groups(
    queries: Codes,
    database: Codes,
    distance: Distance,
    query_labels: ItemLabels,
    database_labels: ItemLabels,
    leaf_only: bool = False,
) -> RankedGroups:
    """How many items of each level stand at each distance from each query.

    Memory: the answer, q x (steps + 1) x (L + 1) integers of 8 bytes, and a few arrays of n.

    Args:
        queries: Codes of q queries.
        database: Codes of n items.
        distance: Their distance, one of whole numbers.
        query_labels: Labels of the queries.
        database_labels: Labels of the items, of the same tree.
        leaf_only: Tell only leaf matches (level 1) from the rest (level 0).

    Raises:
        ValueError: The distance has scores alone.

    Example:
        >>> from hierhash.codes.distances import Hamming
        >>> from hierhash.labels.tree import LabelTree
        >>> tree = LabelTree.from_nested({"Shoes": ["Heels", "Boots"], "Hats": []})
        >>> labels = tree.encode([["Heels"], ["Boots"], ["Hats"]])
        >>> codes = np.array([[0b00], [0b01], [0b11]], dtype=np.uint8)
        >>> first = labels.subset(np.array([0]))
        >>> count_groups(codes[:1], codes, Hamming(2), first, labels).counts.tolist()
        [[[0, 0, 1], [0, 1, 0], [1, 0, 0]]]
    """
    if distance.steps is None:
        raise ValueError(f"{distance.name}: no whole-number distance to count by")
    depth = database_labels.depth
    groups, levels = distance.steps + 1, 2 if leaf_only else depth + 1
    counts = np.empty((len(queries), levels * groups), dtype=np.int64)
    distances_from = distance.from_one(database)
    cell = np.uint16 if levels * groups <= 65536 else np.intp
    for rows in same_labels(query_labels):
        level = relevance_levels(query_labels, database_labels, rows[:1])[0]
        first_cell = (level == depth if leaf_only else level).astype(cell) * cell(groups)
        for row in rows:
            cells = first_cell + distances_from(queries[row])
            counts[row] = np.bincount(cells, minlength=levels * groups)
    return RankedGroups(counts.reshape(len(queries), levels, groups).transpose(0, 2, 1))


def same_labels(labels: ItemLabels) -> Iterator[NDArray[np.intp]]:
    """Row numbers of items with the same labels, one array for each set of labels."""
    rows: dict[bytes, list[int]] = {}
    for row, (start, stop) in enumerate(
        zip(labels.offsets[:-1].tolist(), labels.offsets[1:].tolist(), strict=True)
    ):
        rows.setdefault(labels.codes[start:stop].tobytes(), []).append(row)
    for own in rows.values():
        yield np.asarray(own, dtype=np.intp)
