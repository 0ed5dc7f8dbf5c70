"""Random trees, and items on them, for property tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from hierhash.labels import ItemLabels, LabelTree

Path = tuple[str, ...]
NAMES = ["A", "B", "No", "1990", "~", "a/b", "back\\", "鞋", "x y", "{c}"]

_nested = st.recursive(
    st.just({}),
    lambda below: st.dictionaries(st.sampled_from(NAMES), below, min_size=1, max_size=3),
    max_leaves=10,
)
nested_trees = st.dictionaries(st.sampled_from(NAMES), _nested, min_size=1, max_size=4)
trees = nested_trees.map(lambda nested: LabelTree.from_nested(nested, name="random"))


@dataclass
class Case:
    """A tree with items on it and level weights."""

    tree: LabelTree
    items: list[list[Path]]
    weights: np.ndarray

    @property
    def labels(self) -> ItemLabels:
        return self.tree.encode(self.items)

    @property
    def childless(self) -> set[Path]:
        return set(self.tree.leaves)


@st.composite
def cases(draw, paths_per_item: int = 3, leaves_only: bool = False) -> Case:
    tree = draw(trees)
    nodes = st.sampled_from(tree.leaves if leaves_only else tree.nodes)
    fewest = 1 if leaves_only else 0
    item = st.lists(nodes, min_size=fewest, max_size=paths_per_item)
    items = draw(st.lists(item, min_size=1, max_size=8))
    raw = draw(st.lists(st.integers(0, 4), min_size=tree.depth, max_size=tree.depth))
    weights = np.array(raw, dtype=float) if any(raw) else np.ones(tree.depth)
    return Case(tree, items, weights / weights.sum())
