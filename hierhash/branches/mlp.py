"""The branch on feature rows: standardise, one hidden layer, hash layer.

With no hidden layer and image features it is DCMH-I (the seven CNN layers frozen, full8 trained);
with a bag of words, 8,192 hidden units and the official initialisation it is DCMH's text network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from annotated_types import Ge, Le, Lt
from pydantic import Strict
from torch import Tensor, nn
from torch.nn import functional

from hierhash.branches.rows import Batch, SparseBatch


@dataclass(frozen=True)
class MLPSettings:
    """The shape of an MLP branch.

    Args:
        hidden: Units of the hidden layer; 0 for a linear map from features to bits.
        batch_norm: Batch normalisation after the hidden layer and (without scale and shift) on the
            outputs, which balances every bit.
        dropout: Share of hidden units dropped in training.
        init: ``dcmh`` for N(0, 0.01^2) on all weights and biases, as in the official code;
            ``default`` for torch's.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    hidden: Annotated[int, Strict(), Ge(0), Le(65_536)] = 1024
    batch_norm: bool = True
    dropout: Annotated[float, Strict(), Ge(0), Lt(1)] = 0.0
    init: Literal["dcmh", "default"] = "default"


class RowLinear(nn.Module):
    """A linear map of dense or sparse rows; the weight is stored as (in, out)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        layer = nn.Linear(inputs, outputs)
        self.weight = nn.Parameter(layer.weight.detach().T.contiguous())
        self.bias = nn.Parameter(layer.bias.detach())

    def forward(self, rows: Batch) -> Tensor:
        """Shape (b, out)."""
        if isinstance(rows, SparseBatch):
            summed = functional.embedding_bag(
                rows.columns, self.weight, rows.starts, mode="sum", per_sample_weights=rows.values
            )
            return summed + self.bias
        return torch.addmm(self.bias, rows, self.weight)


class MLPBranch(nn.Module):
    """Feature rows to K real outputs; the code of an item is the sign of its outputs.

    Args:
        width: Number of features.
        bits: K.
        settings: The shape.
        statistics: Mean and deviation of each feature over the training items, for dense features;
            None leaves the rows as they are.
        raw: Leave the outputs without batch normalisation, as logits are.

    Example:
        >>> MLPBranch(4, 16, MLPSettings(hidden=8))(torch.randn(3, 4)).shape
        torch.Size([3, 16])
    """

    mean: Tensor
    deviation: Tensor

    def __init__(
        self,
        width: int,
        bits: int,
        settings: MLPSettings,
        statistics: tuple[Tensor, Tensor] | None = None,
        raw: bool = False,
    ) -> None:
        super().__init__()
        mean, deviation = statistics or (torch.zeros(0), torch.ones(0))
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        first_width = settings.hidden or bits
        self.first = RowLinear(width, first_width)
        rest: list[nn.Module] = []
        if settings.hidden:
            if settings.batch_norm:
                rest.append(nn.BatchNorm1d(settings.hidden))
            rest.append(nn.ReLU())
            if settings.dropout:
                rest.append(nn.Dropout(settings.dropout))
            rest.append(nn.Linear(settings.hidden, bits))
        if settings.batch_norm and not raw:
            rest.append(nn.BatchNorm1d(bits, affine=False))
        self.rest = nn.Sequential(*rest)
        if settings.init == "dcmh":
            self.apply(_official_init)

    def forward(self, rows: Batch) -> Tensor:
        """Real outputs, float32 (b, K)."""
        outputs: Tensor = self.rest(self.first(self._standard(rows)))
        return outputs

    def hidden(self, rows: Batch) -> Tensor:
        """Activations before the last layer, float32 (b, hidden), of a branch that is raw."""
        activations: Tensor = self.rest[:-1](self.first(self._standard(rows)))
        return activations

    def _standard(self, rows: Batch) -> Batch:
        if not isinstance(rows, Tensor):
            return rows
        rows = rows.float().flatten(1)
        return (rows - self.mean) / self.deviation if len(self.mean) else rows


def _official_init(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | RowLinear):
        nn.init.normal_(module.weight, std=0.01)
        nn.init.normal_(module.bias, std=0.01)
