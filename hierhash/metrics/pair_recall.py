"""How much of the single item a code keeps: does a title find its own picture, or its colour?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def pair_recall(
    distances: NDArray[Any], own: NDArray[np.int64], k: int = 10
) -> NDArray[np.float64]:
    """Chance that each query's own partner stands in the first k, ties in random order.

    Args:
        distances: (q, n), smaller is nearer.
        own: int64 (q,), the partner's column.
        k: Ranks looked at.

    Returns:
        float64 (q,) in [0, 1].

    Example:
        >>> pair_recall(np.array([[1, 0, 1, 1]]), np.array([3]), k=2).round(4).tolist()
        [0.3333]
    """
    mine = np.take_along_axis(distances, own[:, None], axis=1)
    nearer = (distances < mine).sum(axis=1)
    tied = (distances == mine).sum(axis=1)
    return np.asarray(np.clip((k - nearer) / tied, 0.0, 1.0))


def attribute_share(
    distances: NDArray[Any],
    query_values: Sequence[str] | NDArray[np.str_],
    database_values: Sequence[str] | NDArray[np.str_],
    k: int = 10,
) -> NDArray[np.float64]:
    """Expected share of the first k items with the query's side attribute (colour, say).

    Args:
        distances: (q, n), integers or reals, smaller is nearer.
        query_values: One value a query; "" (unknown) gives NaN.
        database_values: One value an item.
        k: Ranks looked at.

    Returns:
        float64 (q,).

    Example:
        >>> attribute_share(np.array([[0, 1, 1]]), ["red"], ["red", "blue", "red"], k=2).tolist()
        [0.75]
    """
    items = np.asarray(database_values)
    shares = np.full(len(distances), np.nan)
    k = min(k, len(items))
    if k == 0:
        return shares
    for row, (line, value) in enumerate(zip(distances, query_values, strict=True)):
        if value:
            same = items == value
            cut = np.partition(line, k - 1)[k - 1]
            inside, edge = line < cut, line == cut
            room = k - inside.sum()
            shares[row] = (same[inside].sum() + room * same[edge].mean()) / k
    return shares
