"""What training, checkpoints and early stopping know of a loop."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import nn

Losses = dict[str, float]


class Loop(Protocol):
    """Trains a network epoch by epoch."""

    epoch: int
    device: torch.device

    @property
    def model(self) -> nn.Module:
        """The network, whose weights early stopping keeps."""
        ...

    @property
    def epochs(self) -> int:
        """How many epochs it runs."""
        ...

    def run_epoch(self) -> Losses:
        """One epoch; returns the mean of each loss term.

        Raises:
            HierhashError: The losses are no longer finite.
        """
        ...

    def checkpoint(self) -> dict[str, Any]:
        """All its state beside the epoch: tensors and plain containers, by name."""
        ...

    def restore(self, content: dict[str, Any]) -> None:
        """Takes over what ``checkpoint`` gave.

        Raises:
            KeyError, TypeError, ValueError, RuntimeError: It is not of this loop.
        """
        ...
