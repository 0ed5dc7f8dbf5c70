"""Flat supervised contrast over all training items: the strongest flat loss, without a tree.

Both branches give h = tanh(f). A batch item is contrasted with the last outputs of all training
items in both modalities, which a buffer holds; positives share its leaf. Similarity is <h, h'> / K.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Ge, Gt, Le
from pydantic import Strict

from hierhash.methods.branch_codes import BranchCodes, BranchSettings
from hierhash.methods.buffer_contrast import BufferContrast, first_leaves
from hierhash.methods.method import Preset
from hierhash.training.items import Items


@dataclass(frozen=True)
class ContrastSettings(BranchSettings):
    """Settings of the contrast.

    Args:
        temperature: What similarities, which lie in -1..1, are divided by.
        candidates: Most buffered items an anchor is contrasted with in a step, drawn anew for each.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    temperature: Annotated[float, Strict(), Gt(0), Le(1000)] = 0.2
    candidates: Annotated[int, Strict(), Ge(2), Le(10**7)] = 16_384


class SoftContrast(BranchCodes):
    """The contrast as a ``Method``; an item of several paths counts with its first leaf."""

    Settings: ClassVar[type] = ContrastSettings

    def loss(self, train: Items) -> BufferContrast:
        """See ``BranchCodes``."""
        own, problem = self.settings, self.problem
        return BufferContrast(
            first_leaves(train), problem.bits, own.temperature, own.candidates, problem.seed
        )


PRESET = Preset(
    SoftContrast,
    ContrastSettings(),
    trials=(
        {"model.temperature": 0.1},
        {"model.temperature": 0.15},
        {"model.temperature": 0.2},
        {"model.temperature": 0.15, "model.training.epochs": 28},
        {"model.temperature": 0.1, "model.training.epochs": 28},
        {"model.temperature": 0.1, "model.training.lr": 0.004},
        {"model.temperature": 0.1, "model.image.dropout": 0.3, "model.text.dropout": 0.3},
        {"model.temperature": 0.2, "model.image.dropout": 0.3, "model.text.dropout": 0.3},
    ),
)
