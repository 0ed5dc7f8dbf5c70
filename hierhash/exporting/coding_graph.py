"""Codings as torch modules: what ``codes.coding`` does in numpy, from outputs to packed bits.

They compute in the precisions that numpy does, so that hardly a bit falls on the other side.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from hierhash.branches.heads import PathHead, PerLevelHead
from hierhash.codes.coding import SHARPNESS, Coding, ExpectedCode, Hyperplanes, Signs
from hierhash.codes.packing import packed_width


class PackBits(nn.Module):
    """Bytes of real values as ``codes.packing.pack`` gives them: sign(0) = +1, big-endian.

    Args:
        bits: K.

    Example:
        >>> PackBits(10)(torch.tensor([[1.0, -1, -1, 0, 1, 1, 1, 1, -1, 1]])).tolist()
        [[159, 64]]
    """

    places: Tensor

    def __init__(self, bits: int) -> None:
        super().__init__()
        self.width = packed_width(bits)
        self.padding = 8 * self.width - bits
        self.register_buffer("places", 2 ** torch.arange(7, -1, -1, dtype=torch.int32))

    def forward(self, values: Tensor) -> Tensor:
        """uint8 (n, bytes) of values (n, K)."""
        ones = functional.pad((values >= 0).to(torch.int32), (0, self.padding))
        return (ones.view(-1, self.width, 8) * self.places).sum(dim=2).to(torch.uint8)


class CodingGraph(nn.Module):
    """From outputs (n, K) of a network to codes, query and, of some, probabilities.

    Attributes:
        tells: What the probabilities are of: ``leaves``, ``nodes`` or nothing.
    """

    tells: str = "leaves"

    def forward(self, outputs: Tensor) -> tuple[Tensor, ...]:
        """uint8 (n, bytes), float32 (n, bits) and maybe float64 (n, leaves or nodes)."""
        raise NotImplementedError


class HeadGraph(nn.Module):
    """Probabilities by a classification head, see ``branches.heads``.

    Args:
        head: The head.
        temperature: What its logits are divided by.
    """

    def __init__(self, head: PathHead | PerLevelHead, temperature: float) -> None:
        super().__init__()
        self.temperature = temperature
        leaves = head.leaves if isinstance(head, PathHead) else head.classifiers[-1]
        own = list(head.classifiers) if isinstance(head, PerLevelHead) else [leaves]
        if isinstance(head, PerLevelHead) and not (head.weights[:-1] > 0).any():
            own = [leaves]
        self.tells = "leaves" if len(own) == 1 else "nodes"
        self.classifiers = nn.ModuleList(own)
        # A level of weight 0 has no trained classifier: its classes are sums of leaves.
        self.trained = [len(own) == 1 or bool(weight > 0) for weight in head.weights]
        for level, classes in enumerate(head.ancestors):
            below = classes[:, None] == torch.arange(head.sizes[level])
            self.register_buffer(f"below_{level}", below.float())

    def forward(self, outputs: Tensor) -> Tensor:
        """float64 (n, leaves), or (n, nodes) level by level."""
        levels = [
            torch.softmax(classify(outputs) / self.temperature, dim=1)
            for classify in self.classifiers
        ]
        for level in range(len(levels) - 1):
            if not self.trained[level]:
                levels[level] = levels[-1] @ self.get_buffer(f"below_{level}")
        return torch.cat(levels, dim=1).double()


class SignsGraph(CodingGraph):
    """See ``codes.coding.Signs``.

    Args:
        bits: K.
        head: What classifies the outputs, if anything does.
    """

    def __init__(self, bits: int, head: HeadGraph | None = None) -> None:
        super().__init__()
        self.pack, self.head = PackBits(bits), head
        self.tells = "" if head is None else head.tells

    def forward(self, outputs: Tensor) -> tuple[Tensor, ...]:
        """See ``CodingGraph``."""
        coded = self.pack(outputs), torch.clamp(outputs, -1.0, 1.0)
        return coded if self.head is None else (*coded, self.head(outputs))


class _Leaves(nn.Module):
    """Leaf probabilities, float64, of logits."""

    def __init__(self, temperature: float) -> None:
        super().__init__()
        self.temperature = temperature

    def forward(self, logits: Tensor) -> Tensor:
        return torch.softmax(logits.double() / self.temperature, dim=1)


class ExpectedGraph(CodingGraph):
    """See ``codes.coding.ExpectedCode``.

    Args:
        coding: It.
        modality: Whose temperature holds.
    """

    weight: Tensor
    bias: Tensor
    centres: Tensor
    gained: Tensor

    def __init__(self, coding: ExpectedCode, modality: str) -> None:
        super().__init__()
        weight, bias = coding.head
        self.register_buffer("weight", torch.from_numpy(np.array(weight)))
        self.register_buffer("bias", torch.from_numpy(np.array(bias)))
        self.register_buffer("centres", torch.from_numpy(coding.centres.astype(np.float64)))
        gained = (coding.gains * coding.centres).astype(np.float64)
        self.register_buffer("gained", torch.from_numpy(gained))
        self.leaves = _Leaves(coding.temperatures.get(modality, 1.0))
        self.pack = PackBits(coding.centres.shape[1])

    def forward(self, outputs: Tensor) -> tuple[Tensor, ...]:
        """See ``CodingGraph``."""
        posterior = self.leaves(functional.linear(outputs, self.weight, self.bias))
        sharper = (posterior / posterior.amax(dim=1, keepdim=True)) ** SHARPNESS
        asked = sharper / sharper.sum(dim=1, keepdim=True)
        query = torch.clamp((asked @ self.centres).float(), -1.0, 1.0)
        return self.pack(posterior @ self.gained), query, posterior


class HyperplanesGraph(CodingGraph):
    """See ``codes.coding.Hyperplanes``.

    Args:
        coding: It.
        modality: Whose temperature holds.
    """

    below: Tensor
    roots: Tensor
    planes: Tensor
    centre: Tensor

    def __init__(self, coding: Hyperplanes, modality: str) -> None:
        super().__init__()
        own = coding.posterior
        levels = [classes[:, None] == np.arange(classes.max() + 1) for classes in own.ancestors]
        self.register_buffer("below", torch.from_numpy(np.concatenate(levels, axis=1)).double())
        sizes = [level.shape[1] for level in levels]
        roots = np.repeat(np.sqrt(own.weights).astype(np.float32), sizes)
        self.register_buffer("roots", torch.from_numpy(roots))
        self.register_buffer("planes", torch.from_numpy(np.array(coding.planes)))
        self.register_buffer("centre", torch.from_numpy(np.array(coding.centre)))
        self.leaves = _Leaves(own.temperatures.get(modality, 1.0))
        self.signs = SignsGraph(len(coding.planes))

    def forward(self, outputs: Tensor) -> tuple[Tensor, ...]:
        """See ``CodingGraph``."""
        posterior = self.leaves(outputs)
        vectors = self.roots * (posterior @ self.below).float()
        return *self.signs((vectors - self.centre) @ self.planes.T), posterior


def coding_graph(
    coding: Coding, modality: str, bits: int, head: HeadGraph | None = None
) -> CodingGraph | None:
    """The module of a coding; nothing for one that gives no bits.

    Args:
        coding: The coding.
        modality: Whose outputs it is given.
        bits: Length of its codes.
        head: What classifies outputs whose signs are the code.
    """
    if isinstance(coding, Signs):
        return SignsGraph(bits, head)
    if isinstance(coding, ExpectedCode):
        return ExpectedGraph(coding, modality)
    return HyperplanesGraph(coding, modality) if isinstance(coding, Hyperplanes) else None


class Coded(nn.Module):
    """Feature rows to codes, query and posteriors of all parts, side by side.

    Args:
        features: Inputs to feature rows; None where they are feature rows.
        branches: By part its network.
        codings: By part what its outputs go through.
    """

    def __init__(
        self,
        features: nn.Module | None,
        branches: Mapping[str, nn.Module],
        codings: Mapping[str, CodingGraph],
    ) -> None:
        super().__init__()
        self.features = features
        self.branches = nn.ModuleList(branches.values())
        self.codings = nn.ModuleList(codings.values())

    def forward(self, inputs: Tensor) -> tuple[Tensor, ...]:
        """Codes, query, then the posterior of each part that has one."""
        rows = inputs if self.features is None else self.features(inputs)
        found = [
            coding(branch(rows)) for branch, coding in zip(self.branches, self.codings, strict=True)
        ]
        codes, query = (torch.cat([one[place] for one in found], dim=1) for place in (0, 1))
        return codes, query, *(one[2] for one in found if len(one) > 2)
