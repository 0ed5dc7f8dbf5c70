"""HiCHNet (Sun et al., SIGIR 2019): a part of the code for each level, learnt by DCMH's pairs.

With F^l, G^l the outputs of level l's part, tanh of both branches, S^l = 1 where items share their
class of that level, and Theta^l = F^l' G^l / 2:

    J = sum_l h_l sum_ij [ log(1 + e^Theta^l) - S^l Theta^l ] + gamma (||B - F||^2 + ||B - G||^2)
        + eta (||F 1||^2 + ||G 1||^2) + mu sum_l h_l CE(W_l F^l, Y^l), likewise of G by its own W',

B = sign(F + G) after each epoch. Codes are compared by sum_l h_l D_H of the parts.

The official code (CCSun-cs/HichNet, read before its removal) gives all K bits to each level; here
the parts sum to K. Its rule of ranking is in a file that was never there: the weights of the loss
are taken. Its classifiers are divided by n x batch, which silences them; here by the batch alone.
A batch is paired with ``partners`` items drawn in each step, not with all n. In the first epoch B
is 0, and so are outputs not yet seen, where the official code starts from random ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import torch
from annotated_types import Ge, Le
from pydantic import Strict
from torch import Tensor, nn
from torch.nn import functional

from hierhash.errors import ConfigError
from hierhash.losses.class_sums import class_sums
from hierhash.losses.pairwise import pairwise_likelihood
from hierhash.methods.branch_codes import BranchSettings
from hierhash.methods.level_codes import LevelCodes, level_slices
from hierhash.methods.method import Preset
from hierhash.methods.output_buffer import OutputBuffer
from hierhash.methods.weight_scheme import WeightScheme, weights_of
from hierhash.training.batches import Batch, BatchLoss
from hierhash.training.items import MODALITIES, Items
from hierhash.training.settings import NonNegative


@dataclass(frozen=True)
class HiCHNetSettings(BranchSettings):
    """Settings of HiCHNet.

    Args:
        level_weights: Scheme of h; the paper's .2, .8 for two levels.
        gamma: Weight of the quantisation.
        eta: Weight of the balance of bits.
        mu: Weight of the classifiers.
        partners: Items that a batch is paired with in a step.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    level_weights: WeightScheme = field(
        default_factory=lambda: {"scheme": "leaf_heavy", "leaf": 0.8}
    )
    gamma: NonNegative = 1.0
    eta: NonNegative = 1.0
    mu: NonNegative = 1.0
    partners: Annotated[int, Strict(), Ge(2), Le(10**7)] = 4096


class LevelPairs(BatchLoss):
    """The objective of a batch, pairs, quantisation and balance divided by n.

    Memory: the buffer, modalities x n x K.
    """

    weights: Tensor

    def __init__(self, method: HiCHNet, train: Items) -> None:
        super().__init__()
        self.settings, self.parts = method.settings, method.parts
        own = method.problem
        self.sizes = own.sizes
        self.buffer = OutputBuffer(train.labels, own.bits, own.seed)
        self.register_buffer("weights", torch.tensor(method.level_weights))
        torch.manual_seed(own.seed)
        shapes = list(zip(self.parts, own.sizes, strict=True))
        self.heads = nn.ModuleDict(
            {name: nn.ModuleList(nn.Linear(*one) for one in shapes) for name in MODALITIES}
        )

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """See ``BatchLoss``."""
        live = {name: torch.tanh(batch.outputs) for name, batch in batches.items()}
        for name, batch in batches.items():
            self.buffer.write(name, batch.index, live[name])
        drawn = self.buffer.draw(self.settings.partners)
        terms = {}
        for name, batch in batches.items():
            pairs, n = self._pairs(name, live[name], batch.index, drawn), self.buffer.n
            codes = self.buffer.codes[batch.index]
            apart = (codes - live[name]).square().sum(dim=1).mean()
            others = self.buffer.outputs[name].sum(dim=0) - live[name].detach().sum(dim=0)
            balance = (others + live[name].sum(dim=0)).square().sum() / len(batch.index)
            terms[f"{name}/pairs"] = pairs
            terms[f"{name}/quantisation"] = self.settings.gamma * apart / n
            terms[f"{name}/balance"] = self.settings.eta * balance / n
            classified = self._classified(name, live[name], batch)
            terms[f"{name}/classification"] = self.settings.mu * classified
        return terms

    def _pairs(self, name: str, live: Tensor, index: Tensor, drawn: Tensor) -> Tensor:
        """sum_l h_l times the mean likelihood of pairs; the gradient is the closed form's."""
        total = live.new_zeros(())
        other = self.buffer.outputs["text" if name == "image" else "image"][drawn]
        parts = zip(level_slices(live, self.parts), level_slices(other, self.parts), strict=True)
        for level, (own, theirs) in enumerate(parts):
            classes, known = self.buffer.classes[index, level], self.buffer.classes[drawn, level]
            there = theirs * (known >= 0)[:, None]
            sums = class_sums(theirs, known, self.sizes[level])
            product = sums[classes.clamp(min=0)]
            batch = own.detach()
            count = int((known >= 0).sum())
            value, gradient = pairwise_likelihood(batch, there, product, count)
            learnt = (classes >= 0).float()
            found = (value * learnt).sum() + ((own - batch) * gradient * learnt[:, None]).sum()
            total = total + self.weights[level] * found / (len(index) * max(count, 1))
        return total

    def _classified(self, name: str, live: Tensor, batch: Batch) -> Tensor:
        total = live.new_zeros(())
        heads: Any = self.heads[name]
        for level, own in enumerate(level_slices(live, self.parts)):
            true = batch.classes[:, level]
            known = true >= 0
            summed = functional.cross_entropy(
                heads[level](own)[known], true[known], reduction="sum"
            )
            total = total + self.weights[level] * summed / known.sum().clamp(min=1)
        return total

    def end_epoch(self) -> None:
        """B = sign(F + G)."""
        self.buffer.update_codes()


class HiCHNet(LevelCodes):
    """See the module's words."""

    Settings: ClassVar[type] = HiCHNetSettings

    def check(self, train: Items) -> None:
        """See ``Method``; weights of the distance cannot hang on labels, which a search has not."""
        scheme = self.settings.level_weights
        named = scheme.get("scheme") if isinstance(scheme, dict) else scheme
        if named == "information_content":
            raise ConfigError(
                "model.level_weights: information_content hangs on the training labels, and codes "
                "are compared without them; use another scheme, or one number a level"
            )
        super().check(train)

    @property
    def level_weights(self) -> tuple[float, ...]:
        """h, of the loss and of the distance."""
        scheme = self.settings.level_weights
        return tuple(weights_of(self.problem.tree, scheme, None, "model.level_weights").tolist())

    def loss(self, train: Items) -> LevelPairs:
        """See ``BranchCodes``."""
        return LevelPairs(self, train)


PRESET = Preset(
    HiCHNet,
    HiCHNetSettings(),
    revision=2,
    trials=(
        {"model.gamma": 1.0, "model.eta": 1.0},
        {"model.gamma": 1.0, "model.eta": 0.0},
        {"model.gamma": 100.0, "model.eta": 0.0},
        {"model.gamma": 100.0, "model.eta": 0.0, "model.level_weights": "uniform"},
        {"model.gamma": 100.0, "model.eta": 0.01, "model.training.lr": 0.004},
        {"model.gamma": 100.0, "model.eta": 0.0, "model.training.epochs": 28},
        {"model.gamma": 1.0, "model.eta": 0.0, "model.training.epochs": 28},
        {
            "model.gamma": 100.0,
            "model.eta": 0.0,
            "model.image.dropout": 0.3,
            "model.text.dropout": 0.3,
        },
    ),
)
