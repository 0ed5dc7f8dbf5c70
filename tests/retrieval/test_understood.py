from __future__ import annotations

import numpy as np

from hierhash.labels.tree import LabelTree
from hierhash.retrieval.understood import sentence, understand, understand_all

TREE = LabelTree.from_nested({"Apparel": ["Dress", "Jeans"], "Toys": []}, name="shop")
COLOURS = LabelTree.from_nested(["Blue", "Red"], name="colour")


def test_the_deepest_node_that_is_likelier_than_all_else():
    found = understand(TREE, np.array([0.6, 0.3, 0.1]))
    assert (found.node, round(found.confidence, 6)) == (("Apparel", "Dress"), 0.6)
    found = understand(TREE, np.array([0.4, 0.3, 0.3]))
    assert (found.node, round(found.confidence, 6)) == (("Apparel",), 0.7)
    flat = LabelTree.from_nested(["a", "b", "c"], name="t")
    assert understand(flat, np.array([0.4, 0.3, 0.3])).node == ()


def test_what_is_not_clear_is_not_said():
    found = understand_all(
        {"category": TREE, "colour": COLOURS},
        {"category": np.array([0.97, 0.02, 0.01]), "colour": np.array([0.49, 0.49])},
    )
    assert sentence(found) == "understood: Apparel > Dress (0.97)"
