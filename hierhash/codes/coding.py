"""From a network's outputs to codes, in numpy, so that a text query needs no torch.

A method says in its run folder which of these its outputs go through (``coding`` in model.json).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.distances import class_codes
from hierhash.codes.packing import pack

Floats = NDArray[np.float32]
Ancestors = NDArray[np.integer[Any]]

SHARPNESS = 2
"""Chosen of 1, 1.5, 2, 3 and 5 on validation items; docs/our-method.md has the figures."""


class Coding(Protocol):
    """Turns the real outputs (n, K) of one modality's network into what is stored and asked."""

    def __call__(self, outputs: Floats, modality: str) -> Coded:
        """The items as codes, vectors, queries."""
        ...


@dataclass(frozen=True)
class Signs:
    """The signs of the outputs; the query is the outputs, cut to -1..1.

    Example:
        >>> Signs()(np.float32([[3, -0.5]]), "text").query.tolist()
        [[1.0, -0.5]]
    """

    def __call__(self, outputs: Floats, modality: str) -> Coded:
        """See ``Coding``."""
        return Coded(pack(outputs), np.clip(outputs, -1.0, 1.0))

    def values(self, outputs: Floats, modality: str) -> Floats:
        """(n, K), what the signs are taken of."""
        return outputs


@dataclass(frozen=True, eq=False)
class Posterior:
    """Class probabilities of every node: sum over levels of w_l <p_l, q_l> compares two items.

    Args:
        ancestors: int (L, leaves), the class of each leaf at each level.
        weights: (L,), weight of each level in the score.
        temperatures: What the outputs (leaf logits) of a modality are divided by.
    """

    ancestors: Ancestors
    weights: NDArray[np.float64]
    temperatures: Mapping[str, float]

    def __call__(self, outputs: Floats, modality: str) -> Coded:
        """See ``Coding``: vectors (n, nodes) of all probabilities, queries times their weights."""
        levels = level_posteriors(outputs, self.ancestors, self.temperatures.get(modality, 1.0))
        query = [
            np.float32(weight) * level for weight, level in zip(self.weights, levels, strict=True)
        ]
        return Coded(None, np.concatenate(query, axis=1), np.concatenate(levels, axis=1))


@dataclass(frozen=True, eq=False)
class ClassNumber:
    """The number of the likeliest leaf, in one or two bytes.

    The query holds what the leaf c would score by ``Posterior``: sum over levels of w_l q_l(c).

    Args:
        ancestors: As in ``Posterior``.
        weights: As in ``Posterior``.
        temperatures: As in ``Posterior``.
    """

    ancestors: Ancestors
    weights: NDArray[np.float64]
    temperatures: Mapping[str, float]

    def __call__(self, outputs: Floats, modality: str) -> Coded:
        """See ``Coding``."""
        levels = level_posteriors(outputs, self.ancestors, self.temperatures.get(modality, 1.0))
        scores = np.zeros_like(levels[-1])
        for weight, level, classes in zip(self.weights, levels, self.ancestors, strict=True):
            scores += np.float32(weight) * level[:, classes]
        best = levels[-1].argmax(axis=1)
        return Coded(class_codes(best, levels[-1].shape[1]), scores)


@dataclass(frozen=True, eq=False)
class Hyperplanes:
    """The sides of random hyperplanes that an item's class probabilities lie on.

    The angle of two items' vectors, of sqrt(w_l) p_l over all levels, is pi times the share of
    planes that part them (Charikar, STOC 2002); their product is what ``Posterior`` compares by.

    Args:
        posterior: Ancestors, level weights w and temperatures.
        planes: (K, nodes), normals of the planes.
        centre: (nodes,), a point that all planes go through.
    """

    posterior: Posterior
    planes: Floats
    centre: Floats

    def __call__(self, outputs: Floats, modality: str) -> Coded:
        """See ``Coding``: the query is the distances to the planes, cut to -1..1."""
        return Signs()(self.values(outputs, modality), modality)

    def values(self, outputs: Floats, modality: str) -> Floats:
        """See ``Signs``: distances to the planes."""
        apart: Floats = np.subtract(self.vectors(outputs, modality), self.centre, dtype=np.float32)
        return np.asarray(apart @ self.planes.T, dtype=np.float32)

    def vectors(self, outputs: Floats, modality: str) -> Floats:
        """float32 (n, nodes): sqrt(w_l) p_l of all levels."""
        own = self.posterior
        levels = level_posteriors(outputs, own.ancestors, own.temperatures.get(modality, 1.0))
        roots = np.sqrt(own.weights).astype(np.float32)
        parts = [root * level for root, level in zip(roots, levels, strict=True)]
        return np.concatenate(parts, axis=1)


@dataclass(frozen=True, eq=False)
class ExpectedCode:
    """The expected centre of an item's class, each leaf with a gain of its own in each bit.

    Bit b is the sign of sum over leaves v of p(v) g_vb c_vb. The gains let an item in doubt between
    classes lie between their codes (``codes.gains``, docs/our-method.md).

    Args:
        head: (leaves, width) and (leaves,): weights and biases of the head of leaf logits.
        centres: (leaves, K) of -1 and +1.
        gains: (leaves, K), above 0.
        temperatures: As in ``Posterior``.
    """

    head: tuple[Floats, Floats]
    centres: NDArray[np.int8]
    gains: Floats
    temperatures: Mapping[str, float]

    def __call__(self, outputs: Floats, modality: str) -> Coded:
        """See ``Coding``; the query is the ``asked`` centre."""
        return self.code(self.posterior(outputs, modality))

    def posterior(self, outputs: Floats, modality: str) -> NDArray[np.float64]:
        """Leaf probabilities, float64 (n, leaves), of outputs (n, width)."""
        weight, bias = self.head
        return leaf_posteriors(outputs @ weight.T + bias, self.temperatures.get(modality, 1.0))

    def code(self, posterior: NDArray[np.float64]) -> Coded:
        """Codes and queries of items by their leaf probabilities (n, leaves)."""
        query = (asked(posterior) @ self.centres).astype(np.float32)
        return Coded(pack(self.values_of(posterior)), np.clip(query, -1.0, 1.0))

    def values(self, outputs: Floats, modality: str) -> NDArray[np.float64]:
        """See ``Signs``: sums over leaves."""
        return self.values_of(self.posterior(outputs, modality))

    def values_of(self, posterior: NDArray[np.float64]) -> NDArray[np.float64]:
        """As ``values``, of leaf probabilities (n, leaves)."""
        return np.asarray(posterior @ (self.gains * self.centres))


def asked(posterior: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chances that a query asks by: p to the power SHARPNESS, each row summing to 1 again.

    A query in doubt is near the codes between its classes, and those of none of them are there;
    sharper, it is nearer to the likelier one, and doubt still orders what comes after.

    Example:
        >>> asked(np.array([[0.5, 0.5, 0.0], [0.75, 0.25, 0.0]])).round(2).tolist()
        [[0.5, 0.5, 0.0], [0.9, 0.1, 0.0]]
    """
    sharper = (posterior / posterior.max(axis=1, keepdims=True)) ** SHARPNESS
    return np.asarray(sharper / sharper.sum(axis=1, keepdims=True))


def fused(posteriors: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """One posterior of several about the same items: their product, each row summing to 1.

    A product of experts: what each side rules out is out.

    Example:
        >>> fused([np.array([[0.5, 0.5, 0.0]]), np.array([[0.6, 0.2, 0.2]])]).round(2).tolist()
        [[0.75, 0.25, 0.0]]
    """
    smallest = np.finfo(np.float64).tiny
    logs = np.sum([np.log(np.maximum(one, smallest)) for one in posteriors], axis=0)
    product = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(product / product.sum(axis=1, keepdims=True))


def leaf_posteriors(logits: Floats, temperature: float) -> NDArray[np.float64]:
    """The softmax of leaf logits (n, leaves) divided by a temperature; each row sums to 1.

    Example:
        >>> leaf_posteriors(np.zeros((1, 2), np.float32), 1.0).tolist()
        [[0.5, 0.5]]
    """
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    leaves = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(leaves / leaves.sum(axis=1, keepdims=True))


def level_posteriors(logits: Floats, ancestors: Ancestors, temperature: float) -> list[Floats]:
    """Probabilities of every level's classes: the softmax over the leaves, summed up the tree.

    Args:
        logits: float32 (n, leaves).
        ancestors: int (L, leaves), the class of each leaf at each level; the last row is 0, 1, ...
        temperature: What the logits are divided by.

    Returns:
        For each level, float32 (n, classes); each row sums to 1.

    Example:
        >>> top, leaves = level_posteriors(np.zeros((1, 4)), np.array([[0, 0, 1, 1], range(4)]), 1)
        >>> top.tolist(), leaves.tolist()
        ([[0.5, 0.5]], [[0.25, 0.25, 0.25, 0.25]])
    """
    leaves = leaf_posteriors(logits, temperature)
    return [
        (leaves @ (classes[:, None] == np.arange(classes.max() + 1))).astype(np.float32)
        for classes in ancestors
    ]


def coding_of(
    description: Mapping[str, Any] | None,
    ancestors: Callable[[], Ancestors],
    array: Callable[[str], NDArray[Any]],
) -> Coding:
    """The coding that a run's model.json describes; signs where it says nothing.

    Args:
        description: ``{"name": "signs"}``; ``posterior``, ``class`` and ``hyperplanes`` with
            ``weights`` and ``temperatures``; or ``expected`` with ``temperatures``.
        ancestors: Gives the class of each leaf at each level, where they are needed.
        array: Gives an array of the run's weights by its name.

    Raises:
        ValueError: No coding is described so.
    """
    content: Mapping[str, Any] = {"name": "signs"} if description is None else description
    name, weights = content.get("name"), content.get("weights")
    if name == "signs":
        return Signs()
    temperatures = content.get("temperatures")
    if not isinstance(temperatures, Mapping) or not _numbers(list(temperatures.values())):
        raise ValueError("no temperatures")
    if min(temperatures.values(), default=1) <= 0:
        raise ValueError("temperatures are numbers above 0")
    if name == "expected":
        head = array("head.leaves.weight"), array("head.leaves.bias")
        return ExpectedCode(head, array("centres"), array("gains"), dict(temperatures))
    if name not in ("posterior", "class", "hyperplanes") or not _numbers(weights):
        raise ValueError("no coding that this version knows")
    about = ancestors(), np.asarray(weights, dtype=np.float64), dict(temperatures)
    if name == "hyperplanes":
        return Hyperplanes(Posterior(*about), array("planes"), array("centre"))
    return Posterior(*about) if name == "posterior" else ClassNumber(*about)


def _numbers(values: Any) -> bool:
    return isinstance(values, Sequence) and all(
        type(value) in (int, float) and np.isfinite(value) for value in values
    )
