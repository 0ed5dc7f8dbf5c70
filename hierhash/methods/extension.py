"""What new leaves add to a trained head and to its class means; the old rows stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.errors import DataError
from hierhash.labels.paths import format_path
from hierhash.labels.tree import LabelTree
from hierhash.methods.class_means import ClassMeans, class_means, leaf_outputs
from hierhash.methods.method import Rows
from hierhash.methods.new_rows import Examples, class_mean_rows, fitted_rows
from hierhash.training.items import BOTH, MODALITIES, Items

Outputs = Callable[[Rows], NDArray[np.float32]]


def refuse_leaves_without_items(
    tree: LabelTree, new: NDArray[np.int64], items: Items, source: str = "items"
) -> None:
    """Refuses new leaves that no item with a picture or a text shows.

    Args:
        tree: The grown tree.
        new: Its new leaves.
        items: Items; their rows are not looked at.
        source: Where they come from, which leads the message.

    Raises:
        DataError: In one line the first such leaf, and how many more there are.
    """
    some = items.having(BOTH, np.flatnonzero(items.labels.leaf_known))
    shown = set(items.labels.subset(some).multi_hot_rows(tree.depth)[1].tolist())
    lacking = [format_path(tree.leaves[leaf]) for leaf in new.tolist() if leaf not in shown]
    if lacking:
        more = f" (and of {len(lacking) - 1} more new leaves)" if len(lacking) > 1 else ""
        raise DataError(
            f"{source}: no item that can be read is labelled '{lacking[0]}'{more}; "
            "give some items of each new leaf, or leave it out of the tree"
        )


def grown_rows(
    state: Mapping[str, NDArray[Any]],
    place: NDArray[np.int64],
    items: Items,
    outputs_of: Outputs,
    temperatures: Mapping[str, float],
    pull: float,
) -> dict[str, NDArray[Any]]:
    """Head rows and class means of all leaves of a grown tree; the old ones as they were.

    Args:
        state: Of the fitted method: ``head.leaves.weight`` (old, width), ``head.leaves.bias``
            (old,), ``class_means`` (2, old, width), ``class_items`` (2, old).
        place: int64 (leaves,), the old row of each leaf, -1 of a new one.
        items: Items of the new leaves; others among them are not looked at.
        outputs_of: Gives the outputs (n, width) of feature rows of one modality.
        temperatures: What the logits of a modality are divided by.
        pull: As in ``fitted_rows``.

    Returns:
        The same names, of all leaves.
    """
    weight, bias = state["head.leaves.weight"], state["head.leaves.bias"]
    leaves, (_, width) = len(place), weight.shape
    old = ClassMeans(state["class_means"], state["class_items"])
    own = class_means(outputs_of, items, leaves, width).of(np.flatnonzero(place < 0))
    wide = weight.astype(np.float64), bias.astype(np.float64)
    start = class_mean_rows(own.deviations(old), old.deviations(old), wide)
    examples = _examples(outputs_of, place, old, own, items, temperatures)
    rows, biases = fitted_rows(start, wide, examples, pull)
    means = np.stack(
        [grown(one, place, new) for one, new in zip(old.outputs, own.outputs, strict=True)]
    )
    counts = np.stack(
        [grown(one, place, new) for one, new in zip(old.items, own.items, strict=True)]
    )
    return {
        "head.leaves.weight": grown(weight, place, rows.astype(np.float32)),
        "head.leaves.bias": grown(bias, place, biases.astype(np.float32)),
        **ClassMeans(means, counts).state,
    }


def grown(old: NDArray[Any], place: NDArray[np.int64], new: NDArray[Any]) -> NDArray[Any]:
    """Rows of old leaves at their places in a grown tree, rows of new ones in their order there.

    Example:
        >>> grown(np.float32([1, 2]), np.array([1, -1, 0]), np.float32([9])).tolist()
        [2.0, 9.0, 1.0]
    """
    whole = old[place]
    whole[place < 0] = new
    return whole


def _examples(
    outputs_of: Outputs,
    place: NDArray[np.int64],
    old: ClassMeans,
    own: ClassMeans,
    items: Items,
    temperatures: Mapping[str, float],
) -> Examples:
    """The new items with their leaf, and the means of old leaves, of both modalities.

    A mean counts 1 and an item 1 / sqrt(n), n being the items of its leaf: many of them are to be
    trusted more than a few, and not to drown the old leaves.
    """
    number = np.where(place < 0, np.cumsum(place < 0) - 1, -1)
    parts = []
    for side, modality in enumerate(MODALITIES):
        heat = 1.0 / temperatures.get(modality, 1.0)
        there = old.items[side] > 0
        means = old.outputs[side][there]
        parts.append((heat, means, np.full(len(means), -1), np.ones(len(means))))
        if modality in items.rows:
            for rows, leaves, found in leaf_outputs(outputs_of, items, modality):
                fresh = place[leaves] < 0
                whose = number[leaves[fresh]]
                parts.append((heat, found[rows[fresh]], whose, own.items[side][whose] ** -0.5))
    return Examples(
        np.concatenate([heat * found.astype(np.float64) for heat, found, _, _ in parts]),
        np.concatenate([np.full(len(found), heat) for heat, found, _, _ in parts]),
        np.concatenate([whose for _, _, whose, _ in parts]),
        np.concatenate([weight for _, _, _, weight in parts]),
    )
