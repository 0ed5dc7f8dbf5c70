from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from hierhash.branches.image_networks import ImageBranchSettings
from hierhash.branches.mlp import MLPSettings
from hierhash.errors import HierhashError, RunError
from hierhash.methods.dcmh_loop import build_loop
from hierhash.methods.dcmh_published import SETTINGS as PUBLISHED
from hierhash.methods.dcmh_settings import DCMHSettings, HeadSettings, SimilaritySettings
from hierhash.training.fit import Watch, fit
from hierhash.training.settings import LoopSettings, Objective
from tests.reference import dcmh as literal
from tests.training.small_problem import TREE, items


def some_without_text(data):
    return replace(data, has=data.has | {"text": np.arange(data.n) % 7 != 0})


PLAIN = DCMHSettings(
    similarity=SimilaritySettings(pairs="tree"),
    head=HeadSettings(kind="none"),
    loss=Objective(gamma=0.5, eta=0.2, scale=0.7),
    image=ImageBranchSettings(hidden=0, batch_norm=False),
    text=MLPSettings(hidden=0, batch_norm=False),
    training=LoopSettings(epochs=4, optimiser="sgd", schedule="linspace", lr=0.5, weight_decay=0.0),
)


def test_one_full_batch_step_is_one_step_on_the_literal_objective():
    n = 40
    data = items(n)
    settings = replace(PLAIN, training=replace(PLAIN.training, batch_size=n))
    loop = build_loop(settings, TREE, data, bits=6, seed=3)
    before = loop.model.image.first.weight.detach().double().clone()
    rows = (
        torch.from_numpy(data.rows["image"]) - loop.model.image.mean
    ) / loop.model.image.deviation
    F = (rows @ before.float() + loop.model.image.first.bias.detach()).double()
    G, B = loop.buffers.outputs["text"].double(), loop.buffers.codes.double()
    S = torch.from_numpy(loop.data.similarity.dense()).double()
    gradient, _ = literal.gradient(F, G, B, S, 0.5, 0.2, 0.7)
    expected = before - 0.5 * rows.double().T @ gradient / (n * n)
    # The rows are standardised, so bit balance moves the biases alone.
    bias = loop.model.image.first.bias.detach().double() - 0.5 * gradient.sum(0) / (n * n)
    for group in loop.optimiser.param_groups:
        group["lr"] = 0.5
    loop._phase("image")
    torch.testing.assert_close(
        loop.model.image.first.weight.detach().double(), expected, rtol=1e-4, atol=1e-6
    )
    torch.testing.assert_close(
        loop.model.image.first.bias.detach().double(), bias, rtol=1e-4, atol=1e-6
    )


def test_a_flat_tree_gives_exactly_flat_dcmh():
    from hierhash.labels.tree import LabelTree

    flat = LabelTree.from_nested(["a", "b", "c", "d"], name="flat")
    deep_items = items()
    names = [[flat.leaves[c][0]] for c in deep_items.labels.single_codes[:, -1]]
    flat_items = replace(deep_items, labels=flat.encode(names))
    leaf = replace(PLAIN, similarity=SimilaritySettings(pairs="leaf"))
    one = build_loop(leaf, TREE, deep_items, bits=8, seed=0)
    other = build_loop(PLAIN, flat, flat_items, bits=8, seed=0)
    for _ in range(3):
        assert one.run_epoch() == other.run_epoch()
    assert torch.equal(one.buffers.codes, other.buffers.codes)


def test_drawn_partners_stand_for_all_of_them():
    few = replace(PLAIN, training=replace(PLAIN.training, partners=10))
    loop = build_loop(few, TREE, some_without_text(items(40)), bits=6, seed=3)
    S, G = loop.data.similarity.dense(), loop.buffers.outputs["text"].numpy()
    has = loop.data.present["text"].sum()
    mean = np.zeros((40, 6))
    for _ in range(600):
        pairing = loop._pairing("image")
        chosen = [int(np.flatnonzero((row == G).all(axis=1))[0]) for row in pairing.rows.numpy()]
        assert len(set(chosen)) == pairing.columns == 10
        expected = S[:, chosen] @ G[chosen]
        np.testing.assert_allclose(pairing.product.numpy(), expected, atol=1e-5)
        assert pairing.weight == has / 10
        mean += pairing.weight * pairing.product.numpy() / 600
    np.testing.assert_allclose(mean, S @ G, atol=2.0)


def test_steps_on_drawn_partners_are_in_the_mean_the_step_on_all():
    n = 40
    data, wanted = items(n), {}
    for partners, draws in ((None, 1), (10, 400)):
        settings = replace(
            PLAIN,
            loss=Objective(gamma=0.0, eta=0.0, scale=0.7),
            training=replace(PLAIN.training, batch_size=n, partners=partners),
        )
        mean = 0.0
        for draw in range(draws):
            loop = build_loop(settings, TREE, data, bits=6, seed=3)
            loop.generator.manual_seed(draw)
            loop.optimiser.param_groups[0]["lr"] = 0.5
            before = loop.model.image.first.weight.detach().clone()
            loop._phase("image")
            mean = mean + (loop.model.image.first.weight.detach() - before) / draws
        wanted[partners] = mean
    apart = (wanted[10] - wanted[None]).norm() / wanted[None].norm()
    assert apart < 0.15


def test_as_many_partners_as_items_change_nothing():
    def codes(**changes):
        settings = replace(PLAIN, training=replace(PLAIN.training, **changes))
        loop = build_loop(settings, TREE, items(40), bits=6, seed=3)
        loop.run_epoch()
        return loop.buffers.outputs["text"]

    assert torch.equal(codes(), codes(partners=40))
    assert not torch.equal(codes(), codes(partners=39))


def test_the_two_modalities_do_not_share_their_buffers():
    loop = build_loop(PLAIN, TREE, items(), bits=8, seed=0)
    loop.run_epoch()
    F, G = loop.buffers.outputs["image"], loop.buffers.outputs["text"]
    assert F.data_ptr() != G.data_ptr()
    assert not torch.equal(F, G)


def test_the_first_codes_of_the_matlab_schedule_are_zero():
    loop = build_loop(PUBLISHED, TREE, items(), bits=8, seed=0)
    loop.buffers.update_codes()
    assert not loop.buffers.codes.any()


def test_codes_are_the_sign_of_the_sum_with_zero_as_plus_one():
    loop = build_loop(PLAIN, TREE, items(), bits=8, seed=0)
    loop.buffers.outputs["image"][0, 0] = -loop.buffers.outputs["text"][0, 0]
    loop.buffers.update_codes()
    assert loop.buffers.codes[0, 0] == 1.0
    assert set(loop.buffers.codes.unique().tolist()) == {-1.0, 1.0}


def test_training_lowers_the_likelihood_and_separates_leaves():
    settings = replace(
        PLAIN,
        loss=Objective(gamma=1.0, eta=0.0),
        image=ImageBranchSettings(hidden=32),
        text=MLPSettings(hidden=32),
        head=HeadSettings(kind="path"),
        training=LoopSettings(epochs=15, batch_size=16, lr=1e-2),
    )
    loop = build_loop(settings, TREE, items(), bits=16, seed=0)
    first = loop.run_epoch()
    for _ in range(14):
        last = loop.run_epoch()
    assert last["text/likelihood"] < first["text/likelihood"]
    assert last["image/classification"] < 0.5 * first["image/classification"]


def test_an_item_without_text_keeps_no_text_outputs():
    data = items()
    labels = [[] if i < 5 else ["a"] for i in range(80)]
    data = some_without_text(items(labels=labels))
    loop = build_loop(replace(PLAIN, head=HeadSettings(kind="per_level")), TREE, data, 8, 0)
    for _ in range(2):
        losses = loop.run_epoch()
    assert all(np.isfinite(value) for value in losses.values())
    assert not loop.buffers.outputs["text"][::7].any()


@pytest.mark.parametrize("modality", ["image", "text"])
@pytest.mark.parametrize("head", ["none", "leaf", "per_level", "path"])
def test_unlabelled_items_add_nothing_to_pairs_and_classes(modality, head):
    n, unlabelled = 80, 5
    labels = [[] if i < unlabelled else ["abcd"[i % 4]] for i in range(n)]
    data = some_without_text(items(n, labels=labels))
    first = one_loop(data, modality, head)
    other = one_loop(data.subset(np.arange(unlabelled, n)), modality, head)
    other.model.load_state_dict(first.model.state_dict())
    for name, rows in first.buffers.outputs.items():
        other.buffers.outputs[name] = rows[unlabelled:].clone()
    losses = [loop._phase(modality) for loop in (first, other)]
    for name, tensor in first.model.state_dict().items():
        torch.testing.assert_close(tensor, other.model.state_dict()[name], msg=name)
    if head != "none":
        name = f"{modality}/classification"
        assert losses[0][name] == pytest.approx(losses[1][name], rel=1e-5)
    name = f"{modality}/likelihood"
    sizes = [loop.data.present[modality].sum() for loop in (first, other)]
    assert losses[0][name] * sizes[0] == pytest.approx(losses[1][name] * sizes[1], rel=1e-5)


def one_loop(data, modality, head):
    """A loop of one batch, whose steps are as long whatever the number of items."""
    n = data.labels.n
    pairs = n * int((data.has["image"] if modality == "image" else data.has["text"]).sum())
    settings = replace(
        PLAIN,
        head=HeadSettings(kind=head),
        loss=Objective(gamma=0.0, eta=0.0, scale=0.7, head_weight=100 / pairs),
        training=replace(PLAIN.training, batch_size=n, lr=1e-3 * pairs),
    )
    loop = build_loop(settings, TREE, data, bits=8, seed=0)
    for group in loop.optimiser.param_groups:
        group["lr"] = settings.training.lr
    return loop


def test_losses_that_are_not_finite_stop_the_run_with_a_remedy():
    settings = replace(PLAIN, training=replace(PLAIN.training, lr=1e9))
    loop = build_loop(settings, TREE, items(), bits=8, seed=0)
    with pytest.raises(HierhashError, match=r"lower training\.lr"):
        fit(loop, Watch())


@pytest.mark.parametrize(
    ("head", "partners"), [("none", None), ("per_level", None), ("path", None), ("path", 10)]
)
def test_a_resumed_run_ends_bit_identical(tmp_path, head, partners):
    settings = replace(
        PLAIN,
        head=HeadSettings(kind=head),
        image=ImageBranchSettings(hidden=16, dropout=0.3),
        training=LoopSettings(epochs=6, batch_size=16, partners=partners),
    )

    def loop():
        return build_loop(settings, TREE, items(), bits=8, seed=5)

    whole = loop()
    fit(whole, Watch(tmp_path / "whole"))
    half = loop()
    for _ in range(3):
        half.run_epoch()
    from hierhash.training.checkpoint import save_checkpoint

    extra = {"config": "", "best_score": 0.0, "best_epoch": 0, "looks": 0, "best": None}
    save_checkpoint(tmp_path / "half" / "checkpoints", half, extra)
    torch.manual_seed(999)
    resumed = loop()
    fit(resumed, Watch(tmp_path / "half", resume=True))
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, resumed.model.state_dict()[name]), name
    assert torch.equal(whole.buffers.codes, resumed.buffers.codes)


def test_a_checkpoint_of_another_config_or_a_damaged_one_is_refused(tmp_path):
    loop = build_loop(PLAIN, TREE, items(), bits=8, seed=0)
    fit(loop, Watch(tmp_path, config_hash="one"))
    fresh = build_loop(PLAIN, TREE, items(), bits=8, seed=0)
    with pytest.raises(RunError, match="another config"):
        fit(fresh, Watch(tmp_path, config_hash="two", resume=True))
    (tmp_path / "checkpoints" / "last.pt").write_bytes(b"cut short")
    with pytest.raises(RunError, match="damaged"):
        fit(fresh, Watch(tmp_path, config_hash="one", resume=True))


def test_early_stopping_keeps_the_best_weights(tmp_path):
    scores = iter([0.1, 0.5, 0.4, 0.3, 0.2, 0.1])
    settings = replace(PLAIN, training=replace(PLAIN.training, epochs=6))
    loop = build_loop(settings, TREE, items(), bits=8, seed=0)
    seen = []

    def validate():
        seen.append({name: t.clone() for name, t in loop.model.state_dict().items()})
        return next(scores)

    options = Watch(tmp_path, validate=validate, every=1, patience=2)
    summary = fit(loop, options)
    assert (summary["best_epoch"], summary["epochs"], len(seen)) == (2, 4, 4)
    for name, tensor in loop.model.state_dict().items():
        assert torch.equal(tensor, seen[1][name]), name
    assert not torch.equal(seen[1]["image.first.weight"], seen[3]["image.first.weight"])

    again = build_loop(settings, TREE, items(), bits=8, seed=0)
    resumed = fit(again, replace(options, resume=True))
    assert (resumed["best_epoch"], resumed["epochs"], len(seen)) == (2, 4, 4)
    for name, tensor in again.model.state_dict().items():
        assert torch.equal(tensor, seen[1][name]), name


def test_a_validation_score_that_is_no_number_ends_the_run_with_its_reason(tmp_path):
    loop = build_loop(PLAIN, TREE, items(), bits=8, seed=0)
    options = Watch(tmp_path, validate=lambda: float("nan"), every=1)
    with pytest.raises(HierhashError, match=r"epoch 1: the validation score is not a number"):
        fit(loop, options)


def test_lines_of_epochs_that_no_checkpoint_holds_are_run_again(tmp_path):
    settings = replace(PLAIN, training=replace(PLAIN.training, epochs=2))
    fit(build_loop(settings, TREE, items(), bits=8, seed=0), Watch(tmp_path))
    longer = replace(PLAIN, training=replace(PLAIN.training, epochs=4))
    metrics = tmp_path / "metrics.jsonl"
    with metrics.open("a") as file:
        file.write('{"epoch": 3, "killed": true}\n')
    fit(build_loop(longer, TREE, items(), bits=8, seed=0), Watch(tmp_path, resume=True))
    lines = [json.loads(line) for line in metrics.read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2, 3, 4]
    assert not any("killed" in line for line in lines)
