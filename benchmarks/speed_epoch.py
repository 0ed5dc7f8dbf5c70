"""One epoch of DCMH on 10,000 pairs, cached features, hidden 1,024, against the usual loop."""

from __future__ import annotations

import copy
import time
from dataclasses import replace

import numpy as np
import torch
from speed import record

from hierhash.branches.image_networks import ImageBranchSettings
from hierhash.branches.mlp import MLPSettings
from hierhash.labels.tree import LabelTree
from hierhash.methods.dcmh_loop import build_loop
from hierhash.methods.dcmh_settings import DCMHSettings, HeadSettings, SimilaritySettings
from hierhash.training.items import Items
from hierhash.training.settings import LoopSettings, Objective

N, WIDTH, BITS, REPEATS = 10_000, 1280, 64, 5


def problem():
    rng = np.random.default_rng(0)
    tree = LabelTree.from_nested([f"c{i}" for i in range(50)], name="flat")
    labels = tree.encode([[f"c{i}"] for i in rng.integers(0, 50, N)])
    image, text = (rng.standard_normal((N, WIDTH)).astype(np.float32) for _ in range(2))
    everyone = np.ones(N, dtype=bool)
    settings = DCMHSettings(
        similarity=SimilaritySettings(pairs="leaf"),
        head=HeadSettings(kind="none"),
        loss=Objective(gamma=1.0, eta=1.0),
        image=ImageBranchSettings(hidden=1024, batch_norm=False),
        text=MLPSettings(hidden=1024, batch_norm=False),
        training=LoopSettings(optimiser="sgd", schedule="linspace", lr=0.01, epochs=REPEATS),
    )
    rows = {"image": image, "text": text}
    return settings, tree, Items(rows, dict.fromkeys(rows, everyone), labels)


def usual_epoch(loop, generator, one_hot):
    """The loop of public PyTorch ports: S from label vectors, autograd through softplus."""
    losses = {}
    F, G, B = (loop.buffers.tensors()[name] for name in "FGB")
    for modality, own, other in (("image", F, G), ("text", G, F)):
        branch, total, steps = loop.model.branch(modality), 0.0, 0
        order = torch.randperm(N, generator=generator)
        for index in order.tensor_split(-(-N // 128)):
            similar = (one_hot[index] @ one_hot.T > 0).float()
            batch = branch(loop.data.rows[modality].batch(index))
            own[index] = batch.data
            theta = 0.5 * batch @ other.T
            pairs = -(similar * theta - torch.nn.functional.softplus(theta)).sum()
            quantised = (B[index] - batch).square().sum()
            rest = own.sum(0) - own[index].sum(0)
            balance = (batch.sum(0) + rest).square().sum()
            objective = (pairs + quantised + balance) / (N * len(index))
            loop.optimiser.zero_grad()
            objective.backward()
            loop.optimiser.step()
            total += pairs.item() / (len(index) * N)
            steps += 1
        losses[f"{modality}/likelihood"] = total / steps
    loop.buffers.codes = torch.where(F + G >= 0, 1.0, -1.0)
    return losses


if __name__ == "__main__":
    settings, tree, items = problem()
    ours = build_loop(settings, tree, items, BITS, seed=0)
    usual = build_loop(replace(settings), tree, items, BITS, seed=0)
    usual.model.load_state_dict(copy.deepcopy(ours.model.state_dict()))
    one_hot = torch.nn.functional.one_hot(
        torch.from_numpy(items.labels.single_codes[:, 0].astype(np.int64))
    ).float()
    for loop in (ours, usual):
        for group in loop.optimiser.param_groups:
            group["lr"] = 0.01
    ratios = []
    for _ in range(REPEATS):
        for group in usual.optimiser.param_groups:
            group["lr"] = 0.01 + (0.0 - 0.01) * ours.epoch / (REPEATS - 1)
        started = time.perf_counter()
        theirs = usual_epoch(usual, usual.generator, one_hot)
        middle = time.perf_counter()
        mine = ours.run_epoch()
        ratios.append((middle - started) / (time.perf_counter() - middle))
        gap = max(abs(mine[name] - value) / abs(value) for name, value in theirs.items())
        print(f"largest relative difference of the losses: {gap:.1e}")
        if gap > 1e-4:
            raise SystemExit("the two loops do not compute the same")
    record("training", "one epoch of DCMH, n = 10,000", "autograd through softplus and S", ratios)
