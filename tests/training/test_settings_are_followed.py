"""Each setting of the loop does what it says: schedule, order, sampling, decay, paths, overlap."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from hierhash.branches.image_networks import ImageBranchSettings
from hierhash.branches.mlp import MLPSettings
from hierhash.methods.dcmh_loop import build_loop
from hierhash.methods.dcmh_settings import DCMHSettings, HeadSettings, SimilaritySettings
from hierhash.training.paths import draw_paths
from hierhash.training.settings import LoopSettings, Objective
from tests.training.small_problem import TREE, items

SMALL = DCMHSettings(
    head=HeadSettings(kind="path"),
    loss=Objective(gamma=0.5, eta=0.2),
    image=ImageBranchSettings(hidden=0, batch_norm=False),
    text=MLPSettings(hidden=0, batch_norm=False),
    training=LoopSettings(epochs=5, batch_size=16, optimiser="sgd", lr=0.1, weight_decay=0.0),
)


def loop_of(labels=None, settings=SMALL, **training):
    settings = replace(settings, training=replace(settings.training, **training))
    return build_loop(settings, TREE, items(labels=labels), bits=8, seed=0)


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        ("linspace", [0.1, 0.0775, 0.055, 0.0325, 0.01]),
        ("logspace", [0.1, 0.1 * 10**-0.25, 0.1 * 10**-0.5, 0.1 * 10**-0.75, 0.01]),
        ("cosine", [0.1, 0.09140576, 0.06890576, 0.04109424, 0.01859424]),
    ],
)
def test_the_learning_rate_follows_the_schedule(schedule, rates):
    loop = loop_of(schedule=schedule, lr_final=0.01)
    for rate in rates:
        loop.run_epoch()
        assert loop.optimiser.param_groups[0]["lr"] == pytest.approx(rate)


def test_logspace_to_nothing_is_refused():
    with pytest.raises(ValueError, match="schedule logspace needs lr_final above 0"):
        LoopSettings(schedule="logspace")


@pytest.mark.parametrize(
    ("order", "steps"),
    [("matlab", ["codes", "text", "image"]), ("tensorflow", ["image", "text", "codes"])],
)
def test_an_epoch_goes_in_the_order_of_the_release(order, steps, monkeypatch):
    loop = loop_of(order=order)
    done = []
    monkeypatch.setattr(loop, "_phase", lambda modality: done.append(modality) or {})
    monkeypatch.setattr(loop.buffers, "update_codes", lambda: done.append("codes"))
    loop.run_epoch()
    assert done == steps


def test_batches_of_an_epoch_part_the_items_or_are_drawn_anew():
    parted = list(loop_of(sampling="epoch")._batches("image"))
    assert sorted(torch.cat(parted).tolist()) == list(range(80))
    drawn = list(loop_of(sampling="permutation")._batches("image"))
    assert [len(set(batch.tolist())) for batch in drawn] == [16] * 5
    assert len(set(torch.cat(drawn).tolist())) < 80


@pytest.mark.parametrize("optimiser", ["sgd", "adamw"])
def test_weight_decay_shrinks_every_weight_by_its_share(optimiser):
    plain, decayed = (
        loop_of(optimiser=optimiser, batch_size=80, weight_decay=decay) for decay in (0.0, 0.5)
    )
    before = plain.model.image.first.weight.detach().clone()
    for loop in (plain, decayed):
        loop.optimiser.param_groups[0]["lr"] = 0.1
        loop._phase("image")
    shrunk = plain.model.image.first.weight - decayed.model.image.first.weight
    torch.testing.assert_close(shrunk, 0.1 * 0.5 * before, rtol=1e-3, atol=1e-5)


def test_every_path_of_an_item_is_drawn_as_often():
    labels = items(labels=[["a", "c", "d"]] * 80).labels
    generator = torch.Generator().manual_seed(0)
    rows = torch.arange(80).repeat(20)
    drawn = [tuple(path) for path in draw_paths(labels, rows, generator).tolist()]
    counts = Counter(drawn)
    paths = [tuple(path) for path in labels.codes[:3].tolist()]
    assert set(counts) == set(paths)
    assert all(abs(count / len(drawn) - 1 / 3) < 0.05 for count in counts.values())


@pytest.mark.parametrize(("overlap", "similar"), [("any", 1.0), ("jaccard", 1 / 3)])
def test_items_of_several_paths_are_as_similar_as_the_overlap_says(overlap, similar):
    labels = [["a", "c"] if row % 2 else ["a", "d"] for row in range(80)]
    similarity = SimilaritySettings(pairs="leaf", overlap=overlap)
    loop = loop_of(labels, replace(SMALL, similarity=similarity))
    assert loop.data.similarity.block([0], [1])[0, 0] == pytest.approx(similar)
    ones = np.ones((80, 1), dtype=np.float32)
    assert loop.data.similarity.dot(ones)[0, 0] == pytest.approx(40 + 40 * similar)
