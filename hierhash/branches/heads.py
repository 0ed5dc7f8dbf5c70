"""Hierarchical classification heads on the hash layer, shared by both modalities.

- ``per_level``: a linear classifier for each level.
- ``leaf``: the same with the last level alone (multitask learning without the tree).
- ``path``: one linear classifier over the leaves; inner nodes get the sum over their leaves.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from hierhash.losses.hierarchical_classification import (
    level_log_probabilities,
    path_loss,
    per_level_loss,
)


class Head(nn.Module):
    """A classifier of outputs into the classes of every level of a tree.

    Args:
        bits: K, the width of its input.
        sizes: Classes of each level, coarsest first.
        ancestors: int64 (L, leaves): the class of each leaf at each level.
        weights: (L,), weight of each level in the loss.
    """

    ancestors: Tensor
    weights: Tensor

    def __init__(self, bits: int, sizes: Sequence[int], ancestors: Tensor, weights: Tensor) -> None:
        super().__init__()
        self.bits = bits
        self.sizes = list(sizes)
        self.register_buffer("ancestors", ancestors)
        self.register_buffer("weights", weights.float())

    def loss(self, outputs: Tensor, codes: Tensor) -> Tensor:
        """The loss of a batch, a scalar. ``codes``: int64 (b, L), -1 where unknown."""
        raise NotImplementedError

    def log_probabilities(self, outputs: Tensor, temperature: float = 1.0) -> list[Tensor]:
        """Log probabilities of each level's classes, a list of (b, C_l).

        Args:
            outputs: (b, K).
            temperature: What the logits are divided by, above 0; another one changes how sure a
                classifier is, never which of its classes is the likeliest.
        """
        raise NotImplementedError


class PerLevelHead(Head):
    """A softmax over each level's classes; a level of weight 0 has no classifier of its own."""

    def __init__(self, bits: int, sizes: Sequence[int], ancestors: Tensor, weights: Tensor) -> None:
        super().__init__(bits, sizes, ancestors, weights)
        self.classifiers = nn.ModuleList(nn.Linear(bits, size) for size in sizes)

    def loss(self, outputs: Tensor, codes: Tensor) -> Tensor:
        """See ``losses.hierarchical_classification.per_level_loss``."""
        logits = [classify(outputs) for classify in self.classifiers]
        return per_level_loss(logits, codes, self.weights)

    def log_probabilities(self, outputs: Tensor, temperature: float = 1.0) -> list[Tensor]:
        """A trained level's own softmax; an untrained level's sums over the leaves below."""
        leaves = self.classifiers[-1](outputs) / temperature
        return [
            torch.log_softmax(classify(outputs) / temperature, dim=1)
            if self.weights[level] > 0
            else level_log_probabilities(leaves, self.ancestors[level], self.sizes[level])
            for level, classify in enumerate(self.classifiers)
        ]


class PathHead(Head):
    """A softmax over the leaves with the marginal likelihood of every ancestor."""

    def __init__(self, bits: int, sizes: Sequence[int], ancestors: Tensor, weights: Tensor) -> None:
        super().__init__(bits, sizes, ancestors, weights)
        self.leaves = nn.Linear(bits, sizes[-1])

    def loss(self, outputs: Tensor, codes: Tensor) -> Tensor:
        """See ``losses.hierarchical_classification.path_loss``."""
        return path_loss(self.leaves(outputs), self.ancestors, codes, self.weights, self.sizes)

    def log_probabilities(self, outputs: Tensor, temperature: float = 1.0) -> list[Tensor]:
        """Sums over the leaves below each node: consistent from level to level."""
        leaves = self.leaves(outputs) / temperature
        return [
            level_log_probabilities(leaves, self.ancestors[level], size)
            for level, size in enumerate(self.sizes)
        ]


HEADS = ("none", "leaf", "per_level", "path")


def build_head(
    kind: str, bits: int, sizes: Sequence[int], ancestors: Tensor, weights: Tensor
) -> Head | None:
    """The head of a name of ``HEADS``; None for ``none``.

    Example:
        >>> ancestors = torch.tensor([[0, 0, 1], [0, 1, 2]])
        >>> head = build_head("path", 8, [2, 3], ancestors, torch.tensor([0.5, 0.5]))
        >>> [level.shape[1] for level in head.log_probabilities(torch.zeros(1, 8))]
        [2, 3]
    """
    if kind == "none":
        return None
    if kind == "leaf":
        only_leaf = torch.zeros(len(sizes))
        only_leaf[-1] = 1.0
        return PerLevelHead(bits, sizes, ancestors, only_leaf)
    return {"per_level": PerLevelHead, "path": PathHead}[kind](bits, sizes, ancestors, weights)
