from __future__ import annotations

import numpy as np
import pytest
import torch

from hierhash.branches.heads import build_head
from hierhash.labels.tree import LabelTree
from hierhash.methods.predict import (
    TEMPERATURES,
    best_temperature,
    level_probabilities,
)

TREE = LabelTree.from_nested({"A": ["a", "b"], "C": ["c"]}, name="t")
ANCESTORS = np.stack([TREE.ancestor_codes(leaf) for leaf in TREE.leaves], axis=1).astype(np.int64)


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

    found = best_temperature(
        lambda own, heat: level_probabilities(head, own, heat)[-1], outputs, labels
    )
    assert found == TEMPERATURES[np.argmin([log_loss(t) for t in TEMPERATURES])]
    assert found > 1


@pytest.mark.parametrize("kind", ["leaf", "per_level", "path"])
def test_a_temperature_never_changes_which_leaf_is_likeliest(kind):
    torch.manual_seed(0)
    head = build_head(kind, 4, [2, 3], torch.from_numpy(ANCESTORS), torch.ones(2))
    with torch.no_grad():  # a bias that outputs divided by the temperature would not scale
        for name, bias in head.named_parameters():
            if name.endswith("bias"):
                bias += torch.linspace(-2, 2, len(bias))
    outputs = np.random.default_rng(0).standard_normal((300, 4)).astype(np.float32)
    plain = level_probabilities(head, outputs, 1.0)
    for temperature in (0.25, 4.0):
        found = level_probabilities(head, outputs, temperature)
        np.testing.assert_array_equal(found[-1].argmax(axis=1), plain[-1].argmax(axis=1))
        sure = found[-1].max(axis=1) > plain[-1].max(axis=1)
        assert sure.all() if temperature < 1 else not sure.any()
