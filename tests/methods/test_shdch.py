"""Class codes descend on the literal objective, bit by bit to where no flip helps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hierhash.codes.class_code_descent import descend
from hierhash.methods.shdch import SHDCH, SHDCHSettings
from hierhash.testing.small_problem import TREE, small_items, small_problem
from hierhash.training.batches import Batch
from tests.reference.shdch import objective


def problem(seed, bits=5):
    rng = np.random.default_rng(seed)
    outputs = [np.tanh(rng.standard_normal((9, bits))) for _ in range(2)]
    leaves = rng.integers(0, 4, 9)
    above = np.array([0, 0, 1, 1])
    classes = np.stack([above[leaves], leaves], axis=1)
    classes[:3, 1] = -1  # known at the first level alone
    classes[0] = -1
    codes = [rng.choice([-1.0, 1.0], (size, bits)) for size in (2, 4)]
    children = [(np.arange(2)[:, None] == above).astype(float)]
    return outputs, classes, codes, children, *products(outputs, classes, (2, 4))


def products(outputs, classes, sizes):
    """For each level the sums of each class and the products of all items known there."""
    known = [[i for i, own in enumerate(classes) if own[level] >= 0] for level in range(len(sizes))]
    sums, grams = [], []
    for level, size in enumerate(sizes):
        sums.append(np.zeros((size, outputs[0].shape[1])))
        grams.append(np.zeros((outputs[0].shape[1],) * 2))
        for side in outputs:
            for i in known[level]:
                sums[level][classes[i][level]] += side[i]
                grams[level] += np.outer(side[i], side[i])
    return sums, grams


@pytest.mark.parametrize("eta", [0.0, 1.0, 100.0])
@pytest.mark.parametrize("seed", range(4))
def test_the_objective_never_rises(seed, eta):
    outputs, classes, codes, children, sums, grams = problem(seed)
    alpha = np.array([0.3, 0.7])
    last = objective(codes, outputs, classes, children, alpha, eta)
    for _ in range(30):
        before, codes = codes, descend(codes, grams, sums, children, alpha, eta)
        now = objective(codes, outputs, classes, children, alpha, eta)
        assert now <= last + 1e-9
        last = now
        if all(np.array_equal(one, two) for one, two in zip(before, codes, strict=True)):
            break
    for level, own in enumerate(codes):  # no single bit can be better otherwise
        for place in np.ndindex(own.shape):
            turned = [one.copy() for one in codes]
            turned[level][place] *= -1
            assert objective(turned, outputs, classes, children, alpha, eta) >= last - 1e-9


def test_a_batch_is_the_literal_objective_over_its_items():
    items = small_items(8)
    method = SHDCH(SHDCHSettings(eta=0.0, gamma=2.0), small_problem(items, bits=8))
    loss = method.loss(items)
    outputs = torch.randn(3, 8, generator=torch.Generator().manual_seed(0))
    index = torch.tensor([0, 3, 5])
    classes = torch.from_numpy(items.labels.single_codes[index].astype(np.int64))
    terms = loss({"image": Batch(outputs, classes, index)})
    codes = [one.tolist() for one in loss.class_codes]
    live = torch.tanh(outputs)
    expected = objective(codes, [live.tolist()], classes.tolist(), [], loss.alpha.tolist(), 0)
    assert terms["image/classes"].item() == pytest.approx(expected / 3 / 64, rel=1e-5)
    apart = (loss.buffer.codes[index] - live).square().sum().item()
    assert terms["image/quantisation"].item() == pytest.approx(2 * apart / 3 / 64, rel=1e-5)


def test_after_an_epoch_codes_and_class_codes_follow():
    labels = [["a1"], ["a2"], ["b1"], ["c1"], ["A"], [], ["a"]]
    items = small_items(40, labels=[labels[i % 7] for i in range(40)])
    method = SHDCH(SHDCHSettings(eta=1.0), small_problem(items, bits=16))
    loss = method.loss(items)
    before = [one.clone() for one in loss.class_codes]
    index = torch.arange(40)
    classes = torch.from_numpy(items.labels.single_codes.astype(np.int64))
    for side in ("image", "text"):
        outputs = torch.from_numpy(items.rows[side])[:, :16] * 3
        loss({side: Batch(outputs, classes, index)})
    loss.end_epoch()
    assert (loss.buffer.codes.abs() == 1).all()
    found = [one.numpy().astype(float) for one in loss.class_codes]
    assert any((a != b).any() for a, b in zip(before, loss.class_codes, strict=True))
    sides = [one.numpy().astype(float) for one in loss.buffer.values]
    own = items.labels.single_codes

    sums, grams = products(sides, own, [2, 3, 4])
    start = [one.numpy().astype(float) for one in before]
    expected = descend(start, grams, sums, loss.below, loss.alpha.numpy().astype(float), 1.0)
    assert all(np.array_equal(one, two) for one, two in zip(found, expected, strict=True))

    def of(codes):
        return objective(codes, sides, own, loss.below, loss.alpha.tolist(), 1.0)

    assert of(found) < of([one.numpy() for one in before])
    assert [len(one) for one in loss.class_codes] == [len(TREE.nodes_at(k)) for k in (1, 2, 3)]
