"""A step of HiCHNet is its objective, pair by pair."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from hierhash.methods.hichnet import HiCHNet, HiCHNetSettings
from hierhash.testing.small_problem import small_items, small_problem
from hierhash.training.batches import Batch

GAMMA, ETA = 3.0, 0.5


def setup():
    labels = [["a1"], ["a2"], ["b1"], ["c1"], ["A"], [], ["a1"], ["b1"]]
    items = small_items(8, labels=labels)
    settings = HiCHNetSettings(gamma=GAMMA, eta=ETA, mu=0.0)
    method = HiCHNet(settings, small_problem(items, bits=16))
    return items, method, method.loss(items)


def batches(items, index, seed):
    drawn = torch.Generator().manual_seed(seed)
    classes = torch.from_numpy(items.labels.single_codes[index].astype(np.int64))
    return {
        side: Batch(torch.randn(len(index), 16, generator=drawn), classes, torch.tensor(index))
        for side in ("image", "text")
    }


def literally(items, method, loss, batch, side):
    """The weighted likelihood of a batch of one side against all outputs of the other."""
    other = loss.buffer.outputs["text" if side == "image" else "image"]
    live, own = torch.tanh(batch.outputs), items.labels.single_codes
    total, start = 0.0, 0
    for level, (bits, weight) in enumerate(zip(method.parts, method.level_weights, strict=True)):
        part = slice(start, start + bits)
        start += bits
        known = [j for j in range(8) if own[j, level] >= 0]
        for row, item in enumerate(batch.index.tolist()):
            for j in known if own[item, level] >= 0 else []:
                theta = float(live[row, part] @ other[j, part]) / 2
                similar = own[item, level] == own[j, level]
                value = math.log(1 + math.exp(theta)) - similar * theta
                total += weight * value / (len(batch.index) * len(known))
    return total


def test_a_step_is_the_literal_objective():
    items, method, loss = setup()
    loss(batches(items, [0, 2, 3, 5], 0))
    loss.end_epoch()
    second = batches(items, [1, 4, 6, 7], 1)
    terms = loss(second)
    for side, batch in second.items():
        expected = literally(items, method, loss, batch, side)
        assert terms[f"{side}/pairs"].item() == pytest.approx(expected, rel=1e-5)
        live = torch.tanh(batch.outputs)
        apart = (loss.buffer.codes[batch.index] - live).square().sum().item() / 4
        assert terms[f"{side}/quantisation"].item() == pytest.approx(GAMMA * apart / 8, rel=1e-5)
        total = loss.buffer.outputs[side].sum(dim=0).square().sum().item() / 4
        assert terms[f"{side}/balance"].item() == pytest.approx(ETA * total / 8, rel=1e-5)


def test_the_gradient_is_that_of_the_literal_objective():
    items, method, loss = setup()
    loss(batches(items, [0, 2, 3, 5], 0))
    second = batches(items, [1, 4, 6, 7], 1)
    start = second["image"].outputs.clone()
    live = start.clone().requires_grad_()
    alone = {"image": Batch(live, second["image"].classes, second["image"].index)}
    loss(alone)["image/pairs"].backward()
    for place in [(0, 0), (1, 3), (2, 7), (3, 15)]:
        moved = start.clone()
        moved[place] += 1e-3
        rest = second["image"].classes, second["image"].index
        ends = [
            literally(items, method, loss, Batch(one, *rest), "image") for one in (start, moved)
        ]
        slope = (ends[1] - ends[0]) / 1e-3
        assert live.grad[place].item() == pytest.approx(slope, abs=2e-4)


def test_the_parts_sum_to_the_length_and_the_leaf_counts_most():
    _, method, _ = setup()
    assert method.parts == (5, 5, 6)
    assert method.distance().weights == (1, 1, 8)
