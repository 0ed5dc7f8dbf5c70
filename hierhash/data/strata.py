"""The stratum of an item: the leaf, or the deepest known node, that a split shares out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hierhash.labels.items import ItemLabels


def strata_of(labels: ItemLabels) -> NDArray[np.int64]:
    """One stratum per item.

    An item on an inner node has that node's own stratum. Of several paths the rarest node counts,
    so that rare classes are shared out evenly. Unlabelled items have -1.

    Args:
        labels: n items.

    Returns:
        int64 (n,): stratum numbers from 0, or -1.
    """
    strata = np.full(labels.n, -1, dtype=np.int64)
    if len(labels.codes) == 0:
        return strata
    codes = np.asarray(labels.codes, dtype=np.int64)
    known = codes >= 0
    depth = known.sum(axis=1)
    deepest = codes[np.arange(len(codes)), np.maximum(depth - 1, 0)]
    pairs = np.stack([depth, deepest], axis=1)
    _, node, count = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    node = node.reshape(-1)
    owner = np.repeat(np.arange(labels.n), np.diff(labels.offsets))
    # Sorted so that the rarest node of an item comes last and is the one that stays.
    order = np.lexsort((-node, -count[node], owner))
    strata[owner[order]] = node[order]
    return strata
