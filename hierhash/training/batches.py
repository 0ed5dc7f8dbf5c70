"""The plain batch loop: every step takes the same items in all modalities, and a loss module.

A new loss is one ``nn.Module``; it may wrap a library's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import torch
from annotated_types import Ge, Gt, Le
from pydantic import Strict
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR

from hierhash.branches.rows import FeatureRows
from hierhash.errors import HierhashError
from hierhash.training.items import Items
from hierhash.training.loop import Losses
from hierhash.training.paths import draw_paths
from hierhash.training.settings import HIGHEST_RATE, Count, NonNegative


@dataclass(frozen=True)
class BatchSettings:
    """How the batch loop runs: AdamW under a one-cycle learning rate.

    Args:
        epochs: Passes over the training items.
        batch_size: Items of a mini-batch.
        lr: The highest learning rate, reached after three tenths of all steps.
        weight_decay: Times the learning rate, on all weights.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    epochs: Count = 14
    batch_size: Annotated[int, Strict(), Ge(2), Le(10**6)] = 128
    lr: Annotated[float, Strict(), Gt(0), Le(HIGHEST_RATE)] = 2e-3
    weight_decay: NonNegative = 1e-2


@dataclass(frozen=True)
class Batch:
    """The items of a step that have a modality.

    Args:
        outputs: float32 (b, K), the branch's outputs, with gradient.
        classes: int64 (b, L), one label path of each, -1 where unknown.
        index: int64 (b,), their numbers among the training items.
    """

    outputs: Tensor
    classes: Tensor
    index: Tensor


class BatchLoss(nn.Module):
    """What a method of the batch loop minimises; its parameters are trained, its buffers kept."""

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """The terms by name, scalars with their weights; the loss is their sum.

        Args:
            batches: Modality to its items of this step; the same items, as far as they have it.
        """
        raise NotImplementedError

    def end_epoch(self) -> None:
        """Called after the last step of an epoch, for what is worked out once an epoch."""


def together(batches: Mapping[str, Batch]) -> tuple[Tensor, Tensor]:
    """Outputs and classes of the items of all modalities, one below the other.

    Example:
        >>> one = Batch(torch.ones(2, 8), torch.zeros(2, 3, dtype=torch.int64), torch.arange(2))
        >>> [tuple(part.shape) for part in together({"image": one, "text": one})]
        [(4, 8), (4, 3)]
    """
    outputs = [batch.outputs for batch in batches.values()]
    return torch.cat(outputs), torch.cat([batch.classes for batch in batches.values()])


class BatchLoop:
    """Trains branches epoch by epoch.

    Args:
        branches: Modality to its network, on the device.
        loss: The loss, on the device.
        items: The training items.
        settings: The loop's settings.
        seed: Seed of the batches and of the paths drawn.
        device: Where it runs.
    """

    def __init__(
        self,
        branches: nn.ModuleDict,
        loss: BatchLoss,
        items: Items,
        settings: BatchSettings,
        seed: int,
        device: torch.device,
    ) -> None:
        self.model, self.loss, self.items, self.settings = branches, loss, items, settings
        self.device = device
        self.rows = {
            name: FeatureRows(rows, device, items.variants.get(name, ()), items.share)
            for name, rows in items.rows.items()
            if name in branches
        }
        self.has = {name: torch.from_numpy(items.has[name]) for name in branches}
        some = torch.stack(list(self.has.values())).any(dim=0).numpy()
        self._known = torch.from_numpy(np.flatnonzero(some))
        self.generator = torch.Generator().manual_seed(seed)
        parameters = [*branches.parameters(), *loss.parameters()]
        self.optimiser = torch.optim.AdamW(
            parameters, lr=settings.lr, weight_decay=settings.weight_decay, fused=True
        )
        self._steps = max(1, -(-len(self._known) // settings.batch_size))
        self.schedule = OneCycleLR(
            self.optimiser, settings.lr, total_steps=settings.epochs * self._steps + 1
        )
        self.epoch = 0

    @property
    def epochs(self) -> int:
        """How many epochs it runs."""
        return self.settings.epochs

    def run_epoch(self) -> Losses:
        """One pass over the items; returns the mean of each term over the steps.

        Raises:
            HierhashError: The losses are no longer finite.
        """
        self.model.train()
        sums: dict[str, Tensor] = {}
        shuffled = self._known[torch.randperm(len(self._known), generator=self.generator)]
        for part in shuffled.tensor_split(self._steps):
            terms = self.loss(self._batches(part))
            if terms:
                self.optimiser.zero_grad(set_to_none=True)
                total = torch.stack(list(terms.values())).sum()
                torch.autograd.backward(total)
                self.optimiser.step()
            self.schedule.step()
            for name, value in terms.items():
                sums[name] = sums.get(name, torch.zeros((), device=self.device)) + value.detach()
        self.loss.end_epoch()
        self.epoch += 1
        losses = {name: float(value) / self._steps for name, value in sums.items()}
        wrong = [name for name, value in losses.items() if not np.isfinite(value)]
        if wrong:
            raise HierhashError(
                f"epoch {self.epoch}: {wrong[0]} is not finite; lower training.lr "
                f"(now {self.settings.lr:g})"
            )
        return losses

    def _batches(self, part: Tensor) -> dict[str, Batch]:
        """The items of a step by modality; never a batch of one (batch norm)."""
        classes = draw_paths(self.items.labels, part, self.generator)
        batches = {}
        for name, branch in self.model.items():
            inside = self.has[name][part]
            index = part[inside]
            if len(index) > 1:
                outputs = branch(self.rows[name].draw(index, self.generator)).float()
                batches[name] = Batch(
                    outputs, classes[inside].to(self.device), index.to(self.device)
                )
        return batches

    def checkpoint(self) -> dict[str, Any]:
        """See ``Loop``."""
        return {
            "model": self.model.state_dict(),
            "loss": self.loss.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "generator": self.generator.get_state(),
        }

    def restore(self, content: dict[str, Any]) -> None:
        """See ``Loop``."""
        self.model.load_state_dict(content["model"])
        self.loss.load_state_dict(content["loss"])
        self.optimiser.load_state_dict(content["optimiser"])
        self.schedule.load_state_dict(content["schedule"])
        self.generator.set_state(content["generator"])
