"""A step of the buffered contrast is the literal one, anchor by anchor."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hierhash.methods.buffer_contrast import BufferContrast, first_leaves
from hierhash.testing.small_problem import small_items
from hierhash.training.batches import Batch
from tests.reference import contrast as literal

TEMPERATURE = 0.3
LEAVES = np.array([0, 0, 1, 1, 2, -1, 0])
BITS = 4


def batch(outputs, index):
    wrong = torch.full((len(index), 3), 7)  # paths that are drawn; the first leaf counts
    return Batch(outputs[index], wrong, torch.tensor(index))


def literal_term(anchors, index, buffer, seen, own):
    """Mean contrast of anchors with one buffer."""
    similarities = anchors @ buffer.T / (BITS * TEMPERATURE)
    positive = [[LEAVES[i] == LEAVES[j] and LEAVES[i] >= 0 for j in range(7)] for i in index]
    candidate = [
        [seen[j] and LEAVES[j] >= 0 and not (own and i == j) for j in range(7)] for i in index
    ]
    return literal.supervised_contrast(similarities.tolist(), positive, candidate)


def test_a_step_is_the_literal_one():
    torch.manual_seed(0)
    outputs = {
        side: torch.randn(7, BITS, dtype=torch.float64).float() for side in ("image", "text")
    }
    loss = BufferContrast(LEAVES, BITS, TEMPERATURE, 100, seed=0)
    first, second = [0, 2, 4, 5], [1, 3, 6]
    loss({side: batch(outputs[side], first) for side in outputs})
    held = {side: torch.tanh(outputs[side]) for side in outputs}
    changed = {side: 2 * outputs[side] for side in outputs}
    found = loss({side: batch(changed[side], second) for side in outputs})
    seen = [True] * 7
    for side, place in (("image", 0), ("text", 1)):
        now = {one: held[one].clone() for one in held}
        for one in now:
            now[one][second] = torch.tanh(changed[one][second])
        anchors = torch.tanh(changed[side][second])
        terms = [
            literal_term(anchors.numpy(), second, now[other].numpy(), seen, side == other)
            for other in ("image", "text")
        ]
        assert found[f"{side}/contrast"].item() == pytest.approx(np.mean(terms), rel=1e-5)
        np.testing.assert_allclose(loss.outputs[place].numpy(), now[side].numpy(), rtol=1e-6)


def test_items_that_were_never_seen_are_no_candidates():
    loss = BufferContrast(LEAVES, BITS, TEMPERATURE, 100, seed=0)
    alone = torch.randn(7, BITS)
    found = loss({"image": batch(alone, [0, 4])})
    # Neither has another item of its leaf in a buffer.
    assert found["image/contrast"].item() == 0


def test_candidates_of_a_step_are_drawn_alike_after_a_resume():
    few = BufferContrast(np.zeros(50, np.int64), BITS, 0.2, 5, seed=2**62)
    again = BufferContrast(np.zeros(50, np.int64), BITS, 0.2, 5, seed=2**62)
    drawn = [few._candidates().tolist() for _ in range(3)]
    assert len({tuple(one) for one in drawn}) == 3
    again.load_state_dict(few.state_dict())
    assert again._candidates().tolist() == few._candidates().tolist()


def test_of_several_paths_the_first_leaf_counts():
    labels = [["a1", "c1"], ["c1", "a1"], []] * 4
    found = first_leaves(small_items(12, labels=labels))
    assert found[2] == -1
    assert found[0] != -1
