"""From the labels of a catalogue to integer codes, with every bad label reported at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from hierhash.errors import TreeError
from hierhash.labels.items import ItemLabels
from hierhash.labels.paths import Path
from hierhash.labels.resolve import Resolver

MOST_PROBLEMS = 200
MOST_HINTS = 50  # naming the nearest class costs a pass over the tree for each


def encode_labels(
    labels: Sequence[Sequence[str | Path]],
    resolver: Resolver,
    row_of: dict[Path, int],
    codes: NDArray[np.int32],
    where: Callable[[int], str] | None = None,
) -> ItemLabels:
    """Ancestor codes of many items; see `LabelTree.encode`.

    A repeated label counts once. A label that is an ancestor of another label of the same item
    says nothing new and is dropped, so ``["Apparel", "Apparel/Tops"]`` is a single path.

    Args:
        labels: For each item its labels.
        resolver: Looks the labels up.
        row_of: The row of ``codes`` of each node.
        codes: int32 (nodes, L), the ancestor codes of every node.
        where: Names the place of item i in messages.
    """
    place = where or (lambda i: f"item {i}")
    known: dict[str | Path, int | None] = {}
    bad: dict[str, tuple[int, int]] = {}  # message -> first item, number of items
    messages: dict[str | Path, str] = {}
    paths = list(row_of)
    rows: list[int] = []
    offsets = np.zeros(len(labels) + 1, dtype=np.int64)
    for i, item in enumerate(labels):
        if isinstance(item, str):
            raise TypeError("labels: each item needs a sequence of labels, not one text")
        own: dict[int, None] = {}
        for label in item:
            key = label if isinstance(label, str) else tuple(label)
            if key not in known:
                known[key] = _row(key, resolver, row_of, messages)
            row = known[key]
            if row is None:
                first, count = bad.get(messages[key], (i, 0))
                bad[messages[key]] = (first, count + 1)
            else:
                own[row] = None
        rows += _most_specific(list(own), paths) if len(own) > 1 else own
        offsets[i + 1] = len(rows)
    if bad:
        raise TreeError(_problems(bad, place))
    return ItemLabels(codes[np.asarray(rows, dtype=np.int64)], offsets)


def _row(
    key: str | Path, resolver: Resolver, row_of: dict[Path, int], messages: dict[str | Path, str]
) -> int | None:
    try:
        return row_of[resolver.find(key, hint=len(messages) < MOST_HINTS)]
    except TreeError as error:
        messages[key] = str(error)
        return None


def _most_specific(rows: list[int], paths: list[Path]) -> list[int]:
    """Rows of nodes that are not an ancestor of another of the item's nodes."""
    above = {paths[row][:depth] for row in rows for depth in range(len(paths[row]))}
    return [row for row in rows if paths[row] not in above]


def _problems(bad: dict[str, tuple[int, int]], place: Callable[[int], str]) -> list[str]:
    problems = []
    for message, (first, count) in list(bad.items())[:MOST_PROBLEMS]:
        more = f" ({count} items in all)" if count > 1 else ""
        problems.append(f"{place(first)}: {message}{more}")
    if len(bad) > MOST_PROBLEMS:
        problems.append(f"... and {len(bad) - MOST_PROBLEMS} more labels that are not in the tree")
    return problems
