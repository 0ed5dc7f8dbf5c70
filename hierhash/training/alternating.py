"""The alternating algorithm of DCMH (Jiang & Li 2017, Alg. 1), with an optional head on top.

One epoch updates the image branch with G fixed, the text branch with F fixed, and B in closed form.
While one modality trains, the other's buffer stands still, so S times it is computed once, in
O(n L), and a step costs one block of batch x n, or of batch x ``partners``. Gradients of the pair
terms are the paper's closed forms; autograd carries them through the branch and adds the head's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from hierhash.branches.two_branch import TwoBranch
from hierhash.errors import HierhashError
from hierhash.losses.bit_balance import bit_balance
from hierhash.losses.pairwise import pairwise_likelihood
from hierhash.losses.quantisation import quantisation
from hierhash.training.loop import Losses
from hierhash.training.paths import draw_paths
from hierhash.training.settings import ORDERS, LoopSettings, Objective, learning_rate
from hierhash.training.state import Buffers, TrainingData


@dataclass(frozen=True)
class Pairing:
    """What the batches of a phase are paired with.

    Args:
        rows: (m, K), outputs of the other modality, zero for items that do not count.
        product: (n, K), S restricted to those items, times their outputs.
        columns: How many of the rows count.
        weight: How many items each of them stands for.
    """

    rows: Tensor
    product: Tensor
    columns: int
    weight: float


class AlternatingLoop:
    """Trains a two-branch network epoch by epoch.

    Args:
        model: The network, on its device.
        data: The training items.
        objective: Weights of the terms.
        settings: The loop's settings.
        bits: K.
        seed: Seed of the batches, of the normal start and of the paths drawn for the head.
    """

    def __init__(
        self,
        model: TwoBranch,
        data: TrainingData,
        objective: Objective,
        settings: LoopSettings,
        bits: int,
        seed: int,
    ) -> None:
        self.model, self.data = model, data
        self.objective, self.settings = objective, settings
        self.device = next(model.parameters()).device
        self.generator = torch.Generator().manual_seed(seed)
        start = "zeros" if settings.order == "matlab" else "normal"
        self.buffers = Buffers(data, bits, start, self.generator, self.device)
        self.optimiser = _optimiser(model, settings)
        self.epoch = 0

    @property
    def epochs(self) -> int:
        """How many epochs it runs."""
        return self.settings.epochs

    def checkpoint(self) -> dict[str, Any]:
        """See ``Loop``."""
        return {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "buffers": self.buffers.tensors(),
            "generator": self.generator.get_state(),
        }

    def restore(self, content: dict[str, Any]) -> None:
        """See ``Loop``."""
        self.model.load_state_dict(content["model"])
        self.optimiser.load_state_dict(content["optimiser"])
        self.buffers.load(content["buffers"])
        self.generator.set_state(content["generator"])

    def run_epoch(self) -> Losses:
        """One outer iteration; returns the mean of each loss term over the epoch's steps.

        The terms are per item pair (``likelihood``) or per item (the others), before their weights.

        Raises:
            HierhashError: The losses are no longer finite.
        """
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.settings, self.epoch)
        losses: Losses = {}
        for step in ORDERS[self.settings.order]:
            if step == "codes":
                self.buffers.update_codes()
            else:
                losses.update(self._phase(step))
        self.epoch += 1
        wrong = [name for name, value in losses.items() if not np.isfinite(value)]
        if wrong:
            raise HierhashError(
                f"epoch {self.epoch}: {wrong[0]} is not finite; lower training.lr "
                f"(now {self.settings.lr:g}) or loss.eta (now {self.objective.eta:g})"
            )
        return losses

    def _phase(self, modality: str) -> Losses:
        pairing = self._pairing(modality)
        outputs = self.buffers.outputs[modality]
        total = outputs.sum(dim=0, dtype=torch.float64).float()
        sums: dict[str, Tensor] = {}
        steps = 0
        self.model.train()
        for index in self._batches(modality):
            terms, total = self._step(modality, index, pairing, total)
            for name, value in terms.items():
                sums[name] = sums.get(name, torch.zeros((), device=self.device)) + value
            steps += 1
        return {f"{modality}/{name}": float(value) / steps for name, value in sums.items()}

    def _pairing(self, modality: str) -> Pairing:
        """All items of the other modality, or ``settings.partners`` of them."""
        rows, counted = self.buffers.partners(modality)
        most, weight, chosen = self.settings.partners, 1.0, None
        if most is not None and most < len(counted):
            drawn = torch.randperm(len(counted), generator=self.generator)[:most]
            weight, chosen = len(counted) / most, counted[drawn.to(counted.device)]
            rows = torch.zeros_like(rows).index_copy_(0, chosen, rows[chosen])
        product = torch.from_numpy(self.data.similarity.dot(rows.cpu().numpy())).to(self.device)
        if chosen is None:
            return Pairing(rows, product, len(counted), weight)
        return Pairing(rows[chosen], product, len(chosen), weight)

    def _step(
        self, modality: str, index: Tensor, pairing: Pairing, total: Tensor
    ) -> tuple[dict[str, Tensor], Tensor]:
        objective, buffers = self.objective, self.buffers
        branch = self.model.branch(modality)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.settings.amp):
            live = branch(self.data.rows[modality].draw(index, self.generator))
        live = live.float()
        where = index.to(self.device)
        batch = live.detach()
        known = buffers.labelled[where][:, None]
        value, gradient = pairwise_likelihood(
            batch, pairing.rows, pairing.product[where], pairing.columns, objective.scale
        )
        quantised, quantised_gradient = quantisation(batch, buffers.codes[where])
        total = total + batch.sum(dim=0) - buffers.outputs[modality][where].sum(dim=0)
        buffers.outputs[modality][where] = batch
        balance, balance_gradient = bit_balance(total)
        gradient = gradient * known * pairing.weight
        gradient = (
            gradient + objective.gamma * quantised_gradient + objective.eta * balance_gradient
        )
        size = len(index)
        surrogate = (live * (gradient / (size * self.data.n))).sum()
        terms = {
            "likelihood": (value * known[:, 0]).sum() / (size * max(pairing.columns, 1)),
            "quantisation": quantised.mean(),
            "balance": balance / self.data.n**2,
        }
        if self.model.head is not None:
            paths = draw_paths(self.data.labels, index, self.generator)
            classified = self.model.head.loss(live, paths.to(self.device))
            terms["classification"] = classified.detach()
            surrogate = surrogate + objective.head_weight * classified
        self.optimiser.zero_grad(set_to_none=True)
        surrogate.backward()
        self.optimiser.step()
        return terms, total

    def _batches(self, modality: str) -> Iterator[Tensor]:
        """Batches of the items that have the modality; never a batch of one (batch norm)."""
        items = torch.from_numpy(np.flatnonzero(self.data.present[modality]))
        size = self.settings.batch_size
        steps = max(1, -(-len(items) // size))
        if self.settings.sampling == "permutation":
            for _ in range(steps):
                yield items[torch.randperm(len(items), generator=self.generator)[:size]]
            return
        shuffled = items[torch.randperm(len(items), generator=self.generator)]
        yield from (part for part in shuffled.tensor_split(steps) if len(part) > 1)


def _optimiser(model: nn.Module, settings: LoopSettings) -> torch.optim.Optimizer:
    parameters = [p for p in model.parameters() if p.requires_grad]
    make = torch.optim.SGD if settings.optimiser == "sgd" else torch.optim.AdamW
    return make(parameters, lr=settings.lr, weight_decay=settings.weight_decay, fused=True)
