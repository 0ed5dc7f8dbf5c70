"""A few made-up items on a small tree, on which a method can be fitted in a moment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.tree import LabelTree
from hierhash.methods.method import Problem
from hierhash.training.items import Items

TREE = LabelTree.from_nested({"A": {"a": ["a1", "a2"], "b": ["b1"]}, "C": ["c1"]}, name="small")
FLAT = LabelTree.from_nested(["a1", "a2", "b1", "c1"], name="flat")
TURNED = LabelTree.from_nested({"C": ["c1"], "A": {"b": ["b1"], "a": ["a2", "a1"]}}, name="turned")
WIDTH = 24


def small_items(
    n: int = 120,
    tree: LabelTree = TREE,
    seed: int = 0,
    labels: Sequence[Sequence[str]] | None = None,
    without: NDArray[np.bool_] | None = None,
    counts: bool = False,
) -> Items:
    """Items whose features tell their leaf, in both modalities.

    Args:
        n: Number of items.
        tree: Their tree; its leaves are taken in turn.
        seed: Of the features.
        labels: Labels of each item instead of its leaf.
        without: bool (n,): the items that have no text.
        counts: Whether texts are counts of words, whole numbers from 0 up.

    Example:
        >>> small_items(8).shapes
        {'image': (24,), 'text': (24,)}
    """
    leaves = np.arange(n) % len(tree.leaves)
    # A leaf's features hang on its name, so trees of the same leaves have the same items.
    names = [leaf[-1] for leaf in tree.leaves]
    sides = [{name: _centre(name, side) for name in names} for side in (0, 1)]
    rng = np.random.default_rng(seed)
    image, text = (
        np.stack([side[names[leaf]] for leaf in leaves]) + 0.4 * rng.standard_normal((n, WIDTH))
        for side in sides
    )
    has_text = np.ones(n, dtype=bool) if without is None else ~without
    encoded = tree.encode([[names[leaf]] for leaf in leaves] if labels is None else labels)
    if counts:
        text = np.rint(3 * text.clip(min=0))
    rows = {"image": image.astype(np.float32), "text": text.astype(np.float32)}
    return Items(rows, {"image": np.ones(n, dtype=bool), "text": has_text}, encoded)


def small_problem(items: Items, tree: LabelTree = TREE, bits: int = 16, seed: int = 0) -> Problem:
    """The problem of some items."""
    return Problem(tree, bits, items.shapes, seed)


def _centre(name: str, side: int) -> NDArray[np.float64]:
    seed = [side, *name.encode()]
    return np.asarray(np.random.default_rng(seed).standard_normal(WIDTH))
