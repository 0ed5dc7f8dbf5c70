from __future__ import annotations

import numpy as np
import torch

from hierhash.branches.heads import build_head
from hierhash.labels.tree import LabelTree
from hierhash.methods.predict import (
    TEMPERATURES,
    best_temperature,
    consistent_leaves,
    level_probabilities,
)

TREE = LabelTree.from_nested({"A": ["a", "b"], "C": ["c"]}, name="t")
ANCESTORS = np.stack([TREE.ancestor_codes(leaf) for leaf in TREE.leaves], axis=1).astype(np.int64)


def test_the_likeliest_path_wins_over_the_likeliest_classes():
    chances = [np.array([[0.55, 0.45]]), np.array([[0.05, 0.05, 0.9]])]
    assert consistent_leaves(chances, ANCESTORS).tolist() == [2]


def test_every_path_is_compared():
    rng = np.random.default_rng(0)
    chances = [rng.dirichlet(np.ones(size), 50) for size in (2, 3)]
    products = np.stack(
        [
            chances[0][:, ANCESTORS[0, leaf]] * chances[1][:, ANCESTORS[1, leaf]]
            for leaf in range(3)
        ],
        axis=1,
    )
    assert np.array_equal(consistent_leaves(chances, ANCESTORS), products.argmax(axis=1))


def test_the_temperature_is_the_one_of_least_log_loss():
    torch.manual_seed(0)
    head = build_head("leaf", 4, [2, 3], torch.from_numpy(ANCESTORS), torch.ones(2))
    rng = np.random.default_rng(0)
    labels = TREE.encode([[TREE.leaves[i][-1]] for i in rng.integers(0, 3, 200)])
    outputs = 40 * rng.standard_normal((200, 4)).astype(np.float32)  # sure of itself, and wrong
    leaf = labels.single_codes[:, -1]

    def log_loss(temperature):
        chances = level_probabilities(head, outputs, float(temperature))[-1]
        return -np.log(np.maximum(chances[np.arange(200), leaf], 1e-30)).mean()

    found = best_temperature(head, outputs, labels)
    assert found == TEMPERATURES[np.argmin([log_loss(t) for t in TEMPERATURES])]
    assert found > 1
