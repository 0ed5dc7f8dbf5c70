"""Random trees, items on them, and codes, as hypothesis strategies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from hierhash.codes.packing import Codes, pack
from hierhash.labels import ItemLabels, LabelTree
from hierhash.labels.paths import clean_name

Path = tuple[str, ...]
NAMES = ["A", "B", "No", "1990", "~", "a/b", "back\\", "鞋", "x y", "{c}"]

_nested: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.just({}),
    lambda below: st.dictionaries(st.sampled_from(NAMES), below, min_size=1, max_size=3),
    max_leaves=10,
)
nested_trees = st.dictionaries(st.sampled_from(NAMES), _nested, min_size=1, max_size=4)
trees = nested_trees.map(lambda nested: LabelTree.from_nested(nested, name="random"))


# Any name that a class may have, odd ones with the signs of YAML, CSV and paths among them.
names = st.one_of(
    st.sampled_from(NAMES),
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1),
    st.text(alphabet="a/\\\\|\"',:#[]{}&*!%@`- ", min_size=1),
).filter(lambda name: bool(name.strip()) and len(name) < 100)


def _weights(depth: int) -> st.SearchStrategy[Any]:
    named = ["uniform", "linear", {"scheme": "geometric", "ratio": 1.25}]
    numbers = st.lists(st.floats(0.5, 9), min_size=depth, max_size=depth)
    return st.one_of(st.none(), st.sampled_from(named), numbers)


@st.composite
def whole_trees(draw: st.DrawFn, name: str | None = None) -> LabelTree:
    """Trees with aliases; with names of levels and weights, too, unless their name is given."""
    count = iter(range(1000))

    def long_form(nested: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "name": own,
                "aliases": [f"{draw(names).strip()} {next(count)}"] if draw(st.booleans()) else [],
                "children": long_form(below),
            }
            for own, below in nested.items()
        ]

    siblings: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
        names.map(clean_name), st.just({}), min_size=1, max_size=3
    )
    nested: st.SearchStrategy[dict[str, Any]] = st.recursive(
        st.just({}),
        lambda below: st.dictionaries(names.map(clean_name), below, min_size=1, max_size=3),
        max_leaves=6,
    )
    tree = LabelTree.from_nested(long_form(draw(nested) or draw(siblings)), name=name or "t")
    if name is not None:
        return tree
    return LabelTree.from_nested(
        again(tree, ()),
        name=clean_name(draw(names)),
        levels=[f"{draw(names)} {level}" for level in range(tree.depth)],
        level_weights=draw(_weights(tree.depth)),
    )


def again(tree: LabelTree, node: Path) -> list[dict[str, Any]]:
    """The nested form of what is below a node."""
    return [
        {"name": own[-1], "aliases": list(tree.aliases(own)), "children": again(tree, own)}
        for own in tree.children(node)
    ]


@dataclass
class Case:
    """A tree with items on it and level weights."""

    tree: LabelTree
    items: list[list[Path]]
    weights: NDArray[np.float64]

    @property
    def labels(self) -> ItemLabels:
        """The labels of the items."""
        return self.tree.encode(self.items)

    @property
    def childless(self) -> set[Path]:
        """The leaves."""
        return set(self.tree.leaves)


@st.composite
def cases(draw: st.DrawFn, paths_per_item: int = 3, leaves_only: bool = False) -> Case:
    """Trees with up to eight items on them, each of no path, one or several.

    Args:
        draw: Given by hypothesis.
        paths_per_item: Most paths of an item.
        leaves_only: Every item has a path, and paths end at leaves.
    """
    tree = draw(trees)
    nodes = st.sampled_from(tree.leaves if leaves_only else tree.nodes)
    fewest = 1 if leaves_only else 0
    item = st.lists(nodes, min_size=fewest, max_size=paths_per_item)
    items = draw(st.lists(item, min_size=1, max_size=8))
    raw = draw(st.lists(st.integers(0, 4), min_size=tree.depth, max_size=tree.depth))
    weights = np.array(raw, dtype=float) if any(raw) else np.ones(tree.depth)
    return Case(tree, items, weights / weights.sum())


@st.composite
def packed_codes(draw: st.DrawFn, bits: int, most: int = 20) -> Codes:
    """Packed codes of one to ``most`` items, uint8 (n, bytes).

    Args:
        draw: Given by hypothesis.
        bits: Length of the codes.
        most: Most items.
    """
    n = draw(st.integers(1, most))
    seed = draw(st.integers(0, 2**32 - 1))
    return pack(np.random.default_rng(seed).standard_normal((n, bits)))
