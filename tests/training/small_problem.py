"""A small training problem for the tests of training and methods."""

from __future__ import annotations

import numpy as np

from hierhash.labels.tree import LabelTree
from hierhash.training.items import Items

TREE = LabelTree.from_nested({"A": ["a", "b"], "B": ["c", "d"]}, name="small")
LEAVES = ["a", "b", "c", "d"]


def items(n=80, seed=0, labels=None):
    rng = np.random.default_rng(seed)
    leaf = rng.integers(0, 4, n)
    centres = rng.standard_normal((2, 4, 12))
    image, text = (
        (side[leaf] + 0.5 * rng.standard_normal((n, 12))).astype(np.float32) for side in centres
    )
    encoded = TREE.encode(labels or [[LEAVES[i]] for i in leaf])
    return both(image, text, encoded)


def both(image, text, labels, has_image=None, has_text=None):
    """Items of both modalities; everyone has each unless told."""
    everyone = np.ones(labels.n, bool)
    has = {"image": everyone if has_image is None else has_image}
    has["text"] = everyone if has_text is None else has_text
    return Items({"image": image, "text": text}, has, labels)
