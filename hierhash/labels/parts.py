"""What a reader of trees hands to `hierhash.labels.LabelTree`."""

from __future__ import annotations

from typing import TypedDict

from hierhash.labels.entries import Entry
from hierhash.labels.weights import WeightSpec


class TreeParts(TypedDict):
    """The arguments of `LabelTree`, as read from a file or folder."""

    entries: list[Entry]
    name: str
    levels: list[str] | None
    level_weights: WeightSpec | None
    source: str
