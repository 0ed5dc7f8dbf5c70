"""What methods have in common that give each level of the tree a part of the code of its own."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from hierhash.codes.weighted_hamming import WeightedHamming, equal_parts, whole_weights
from hierhash.errors import ConfigError
from hierhash.methods.branch_codes import BranchCodes
from hierhash.training.items import Items


class LevelCodes(BranchCodes):
    """Branches whose outputs are split among the levels, and the weighted distance.

    The parts sum to K, so that codes are compared with those of others at equal bytes.
    """

    @property
    def parts(self) -> tuple[int, ...]:
        """Bits of each level."""
        return equal_parts(self.problem.bits, self.problem.tree.depth)

    @property
    def level_weights(self) -> tuple[float, ...]:
        """Weight of each level in the distance."""
        raise NotImplementedError

    def check(self, train: Items) -> None:
        """See ``Method``."""
        levels = self.problem.tree.depth
        if self.problem.bits < levels:
            raise ConfigError(f"bits: {levels} levels need a bit each; use 8 or more a level")
        super().check(train)

    @cached_property
    def _distance(self) -> WeightedHamming:
        return WeightedHamming(self.parts, whole_weights(self.level_weights))

    def distance(self) -> Any:
        """See ``Method``."""
        return self._distance


def level_slices(outputs: Tensor, parts: tuple[int, ...]) -> tuple[Tensor, ...]:
    """The outputs (b, K) of each level.

    Example:
        >>> [tuple(one.shape) for one in level_slices(torch.zeros(2, 16), (5, 5, 6))]
        [(2, 5), (2, 5), (2, 6)]
    """
    return torch.split(outputs, list(parts), dim=1)
