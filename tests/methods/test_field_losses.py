"""Losses of methods of the field are the literal ones, term by term, in value and gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from hierhash.losses.proxy import griesmer_distance
from hierhash.methods.classifiers import PathLoss
from hierhash.methods.registry import presets
from hierhash.testing.small_problem import TREE, small_items, small_problem
from hierhash.training.batches import Batch, BatchLoss
from tests.reference import field as literal

BITS = 8
# An item of an inner node of each level and one of no label are among those of the leaves.
LABELS = [["a1"], ["a2"], ["b1"], ["c1"], ["A"], [], ["a1"], ["a"], ["c1"], ["b1"]]
ITEMS = small_items(len(LABELS), labels=LABELS)
CLASSES = ITEMS.labels.single_codes.astype(np.int64)
FIRST = {"image": [8, 9, 2, 5], "text": [9, 8, 3]}
BATCH = {"image": [0, 6, 1, 5, 2, 3, 4, 7, 8], "text": [0, 1, 6, 4, 3, 7, 9]}


class Item(NamedTuple):
    outputs: list[float]
    classes: list[int]
    index: int


class Case(NamedTuple):
    """A method, its settings beside the defaults, and its literal form of loss, batch and kept."""

    method: str
    settings: dict[str, Any]
    slow: Callable[[Any, dict[str, list[Item]]], dict[str, float]]


def lists(tensor):
    return tensor.detach().tolist()


def linear(layer):
    return lists(layer.weight), lists(layer.bias)


def hichnet(loss, sides):
    kept = {name: lists(rows) for name, rows in loss.buffer.outputs.items()}
    kept["codes"] = lists(loss.buffer.codes)
    heads = {name: [linear(one) for one in own] for name, own in loss.heads.items()}
    return literal.hichnet(
        sides, kept, CLASSES.tolist(), loss.parts, [0.1, 0.1, 0.8], heads, (3.0, 0.5, 2.0)
    )


def shdch(loss, sides):
    class_codes = [lists(one) for one in loss.class_codes]
    return literal.shdch(sides, lists(loss.buffer.codes), class_codes, [0.15, 0.15, 0.7], 2.0)


def hpdh(loss, sides):
    own = [lists(one) for one in torch.split(loss.centres, [2, 3, 4])]
    return literal.hpdh(sides, own, [0.67**2, 0.67, 1.0], 4.0, 0.3)


def dsph(loss, sides):
    zeta = 1 - 2 * griesmer_distance(BITS, 9) / BITS
    return literal.dsph(sides, lists(loss.proxies), [2, 3, 4], 0.6, zeta)


def soft_contrast(loss, sides):
    kept = dict(zip(("image", "text"), map(lists, loss.outputs), strict=True))
    return literal.soft_contrast(sides, kept, CLASSES[:, -1].tolist(), 0.3)


def orthohash_and_contrast(loss, sides):
    own = soft_contrast(loss.contrast, sides)
    alone = literal.orthohash(sides, lists(loss.centres), 8.0, 0.2)
    return alone | {name: 0.5 * value for name, value in own.items()}


def parts(alpha):
    weights = [1 / 2, 1 / 3, 1 / 6]
    return lambda loss, sides: literal.similarity_parts(sides, loss.parts, weights, alpha)


def semantic_hashing(loss, sides):
    return literal.semantic_hashing(
        sides, ITEMS.rows["text"].tolist(), lists(loss.noise), *linear(loss.words)
    )


def classifiers(loss, sides):
    return literal.classifiers(sides, TREE.leaf_ancestors.tolist(), [0.25, 0.25, 0.5])


CASES = [
    Case("csq", {"quantisation": 0.3}, lambda o, s: literal.csq(s, lists(o.centres), 0.3)),
    Case(
        "orthohash",
        {"scale": 5.0, "margin": 0.3},
        lambda o, s: literal.orthohash(s, lists(o.centres), 5.0, 0.3),
    ),
    Case("orthohash", {"contrast": 0.5, "temperature": 0.3}, orthohash_and_contrast),
    Case("dsph", {"labels": "levels", "alpha": 0.6}, dsph),
    Case("hichnet", {"gamma": 3.0, "eta": 0.5, "mu": 2.0}, hichnet),
    Case("shdch", {"gamma": 2.0}, shdch),
    Case("hpdh", {"outside": 4.0, "corners": 0.3}, hpdh),
    Case("hmlc", {"temperature": 0.5}, lambda _, s: literal.hmlc(s, 0.5)),
    Case("soft_contrast", {"temperature": 0.3}, soft_contrast),
    Case("shdh", {"alpha": 0.4}, parts(0.4)),
    Case("shdh_cross_modal", {"alpha": 0.7}, parts(0.7)),
    Case(
        "cnnh",
        {"classify": 0.6},
        lambda o, s: literal.cnnh(s, lists(o.codes), *linear(o.leaves), 0.6),
    ),
    Case("ninh", {"epsilon": 0.2, "margin": 3.0}, lambda _, s: literal.ninh(s, 0.2, 3.0)),
    Case("dsrh", {"margin": 3.0, "alpha": 0.6}, lambda _, s: literal.dsrh(s, 3.0, 0.6)),
    Case("dlbhc", {}, lambda o, s: literal.dlbhc(s, *linear(o.leaves))),
    Case(
        "drsch",
        {"margin": 5.0, "pull": 0.3},
        lambda o, s: literal.drsch(s, lists(o.bit_weights), 5.0, 0.3),
    ),
    Case("semantic_hashing", {"noise": 2.0}, semantic_hashing),
    Case("posterior_float", {}, classifiers),
]


def new_loss(case):
    """The loss, its parameters not as they start: ones and zeros hide faults."""
    preset = presets()[case.method]
    problem = small_problem(ITEMS, bits=BITS)
    method = preset.method(replace(preset.settings, **case.settings), problem)
    if case.method == "posterior_float":
        loss = PathLoss(TREE.leaf_ancestors, [2, 3, 4], method._weights(ITEMS)[0])
    else:
        loss = method.loss(ITEMS)
    generator = torch.Generator().manual_seed(2)
    for parameter in loss.parameters():
        parameter.data += 0.3 * torch.randn(parameter.shape, generator=generator)
    return loss, sorted(method.needs - {"labels"})


def outputs_of(case, index, modalities, seed):
    width = len(TREE.leaves) if case.method == "posterior_float" else BITS
    generator = torch.Generator().manual_seed(seed)
    return {side: torch.randn(len(index[side]), width, generator=generator) for side in modalities}


def batches(outputs, index):
    return {
        side: Batch(rows, torch.from_numpy(CLASSES[index[side]]), torch.tensor(index[side]))
        for side, rows in outputs.items()
    }


def items_of(outputs, index):
    return {
        side: [
            Item(row, CLASSES[i].tolist(), i)
            for row, i in zip(rows.tolist(), index[side], strict=True)
        ]
        for side, rows in outputs.items()
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.method)
def test_it_is_the_literal_loss_in_value_and_gradient(case):
    loss, modalities = new_loss(case)
    everyone = {side: list(range(len(LABELS))) for side in modalities}
    for index, seed in ((FIRST, 0), (everyone, 1)):  # what is kept from step to step is not 0
        loss(batches(outputs_of(case, index, modalities, seed), index))
    loss.end_epoch()
    loss.double()
    outputs = {side: rows.double() for side, rows in outputs_of(case, BATCH, modalities, 3).items()}
    live = {side: rows.clone().requires_grad_() for side, rows in outputs.items()}
    terms = loss(batches(live, BATCH))
    found = case.slow(loss, items_of(outputs, BATCH))
    assert set(found) == set(terms)
    for name, term in terms.items():
        assert term.item() == pytest.approx(found[name], rel=1e-6), name
        assert abs(term.item()) > 1e-6, f"{name} is 0, which tells nothing"
    leaves = [*live.values(), *loss.parameters()]
    numbers = [*outputs.values(), *(parameter.data for parameter in loss.parameters())]
    for name, term in terms.items():
        slopes = torch.autograd.grad(term, leaves, retain_graph=True, allow_unused=True)
        for slope, values in zip(slopes, numbers, strict=True):
            compare(case, loss, outputs, name, slope, values)


def compare(case, loss, outputs, name, slope, values):
    """Some slopes of a term with those of its literal form."""
    flat = values.view(-1)
    for place in range(1, len(flat), max(1, len(flat) // 7)):
        ends = []
        for step in (1e-5, -1e-5):
            kept = flat[place].item()
            flat[place] += step
            ends.append(case.slow(loss, items_of(outputs, BATCH))[name])
            flat[place] = kept
        expected = (ends[0] - ends[1]) / 2e-5
        own = 0.0 if slope is None else slope.reshape(-1)[place].item()
        assert own == pytest.approx(expected, rel=1e-4, abs=1e-7), name


def test_every_loss_of_a_batch_is_among_them():
    ours = {one for one in BatchLoss.__subclasses__() if one.__module__.startswith("hierhash.")}
    assert ours == {type(new_loss(case)[0]) for case in CASES}
