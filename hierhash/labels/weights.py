"""Level weights: one function per scheme, in a registry."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hierhash.errors import TreeError, did_you_mean

if TYPE_CHECKING:
    from hierhash.labels.items import ItemLabels

WeightSpec: TypeAlias = str | Mapping[str, Any] | Sequence[float]
"""A scheme's name, ``{"scheme": name, parameter: number}``, or one number per level."""

Weights: TypeAlias = NDArray[np.float64]


def uniform(depth: int) -> Weights:
    """Every level counts the same: 1 / L.

    Example:
        >>> uniform(4).tolist()
        [0.25, 0.25, 0.25, 0.25]
    """
    return np.full(depth, 1 / depth)


def linear(depth: int) -> Weights:
    """SHDH's weights, the top heaviest: u_l = 2 (L + 1 - l) / (L (L + 1)).

    Example:
        >>> linear(4).tolist()
        [0.4, 0.3, 0.2, 0.1]
    """
    levels = np.arange(1, depth + 1)
    return 2 * (depth + 1 - levels) / (depth * (depth + 1))


def geometric(depth: int, ratio: float = 1.5) -> Weights:
    """Each level counts ``ratio`` times the one above: over 1 leaf-heavy, under 1 top-heavy.

    Example:
        >>> geometric(3, ratio=2).round(3).tolist()
        [0.143, 0.286, 0.571]
    """
    if not (math.isfinite(ratio) and ratio > 0):
        raise TreeError(f"level_weights: ratio {ratio:g} is not above 0; give a positive number")
    # From the heaviest level, so that no power overflows however deep the tree is.
    exponents = np.arange(depth) - (depth - 1 if ratio > 1 else 0)
    powers = np.float64(ratio) ** exponents
    return np.asarray(powers / powers.sum(), dtype=np.float64)


def leaf_heavy(depth: int, leaf: float = 0.7) -> Weights:
    """The last level weighs ``leaf``, the others share the rest equally.

    Example:
        >>> leaf_heavy(3).round(3).tolist()
        [0.15, 0.15, 0.7]
    """
    if not 0 <= leaf <= 1:
        raise TreeError(f"level_weights: leaf {leaf:g} is not in 0..1; give a share of the weight")
    if depth == 1:
        return np.ones(1)
    return np.append(np.full(depth - 1, (1 - leaf) / (depth - 1)), leaf)


def information_content(depth: int, labels: ItemLabels) -> Weights:
    """w_l proportional to H(Y_l | Y_{l-1}) on ``labels``; 0 for a level that adds nothing.

    An item of several paths counts each as an equal part of itself; a path that is unknown at a
    level is left out there.

    Args:
        depth: Number of levels L.
        labels: Labels of the training items (never those of queries).

    Example:
        >>> from hierhash.labels import LabelTree
        >>> tree = LabelTree.from_nested({"A": ["a"], "B": ["b", "c"]}, name="t")
        >>> labels = tree.encode([["a"], ["a"], ["b"], ["c"]])
        >>> information_content(2, labels).round(3).tolist()
        [0.667, 0.333]
    """
    part = 1.0 / np.repeat(np.diff(labels.offsets), np.diff(labels.offsets))
    entropies = np.zeros(depth)
    for level in range(depth):
        column = labels.codes[:, level]
        known = column >= 0
        if not known.any():
            continue
        classes, inverse = np.unique(column[known], return_inverse=True)
        mass = np.bincount(inverse, part[known], minlength=len(classes))
        # Classes are nested: a class fixes its parent, so H(Y_l | Y_{l-1}) = H(Y_l) - H(Y_{l-1}),
        # both over the items known at level l.
        entropies[level] = _entropy(mass)
        if level > 0:
            above = np.bincount(labels.codes[known, level - 1], part[known])
            entropies[level] -= _entropy(above)
    entropies = np.where(entropies > 1e-12, entropies, 0.0)
    if not entropies.any():
        raise TreeError(
            "level_weights: information_content needs training labels of two classes or more; "
            "choose another scheme"
        )
    return np.asarray(entropies / entropies.sum(), dtype=np.float64)


def _entropy(mass: NDArray[Any]) -> float:
    share = mass[mass > 0] / mass.sum()
    return float(-(share * np.log(share)).sum())


SCHEMES: dict[str, Callable[..., Weights]] = {
    scheme.__name__: scheme
    for scheme in (uniform, linear, geometric, leaf_heavy, information_content)
}
"""The closed registry of schemes, by the name that a tree or a config uses."""


def level_weights(spec: WeightSpec, depth: int, labels: ItemLabels | None = None) -> Weights:
    """Weights of levels 1..L, non-negative, summing to 1.

    Args:
        spec: A scheme's name, ``{"scheme": name, parameter: number}``, or L numbers (scaled to
            sum to 1).
        depth: Number of levels L.
        labels: Training labels; only ``information_content`` needs them.

    Returns:
        float64 (L,).

    Raises:
        TreeError: Unknown scheme or parameter, wrong count, a negative number, or no labels.

    Example:
        >>> level_weights({"scheme": "leaf_heavy", "leaf": 0.5}, 3).tolist()
        [0.25, 0.25, 0.5]
        >>> level_weights([1, 1, 2], 3).tolist()
        [0.25, 0.25, 0.5]
    """
    problems = spec_problems(spec, depth)
    if problems:
        raise TreeError([f"level_weights: {problem}" for problem in problems])
    if isinstance(spec, str):
        spec = {"scheme": spec}
    if not isinstance(spec, Mapping):
        numbers = np.asarray(spec, dtype=np.float64)
        return np.asarray(numbers / numbers.sum(), dtype=np.float64)
    parameters = {key: float(value) for key, value in spec.items() if key != "scheme"}
    scheme = SCHEMES[spec["scheme"]]
    if scheme is information_content:
        if labels is None:
            raise TreeError("level_weights: information_content needs the training labels")
        return information_content(depth, labels)
    return scheme(depth, **parameters)


def spec_problems(spec: WeightSpec, depth: int) -> list[str]:
    """What is wrong with a specification, without the labels; one line each.

    Example:
        >>> spec_problems([0.5, 0.5], depth=3)
        ['2 weights for 3 levels; give one number per level, coarsest first']
        >>> spec_problems("geometrc", depth=3)
        ["unknown scheme 'geometrc'; did you mean 'geometric'?"]
    """
    if isinstance(spec, str):
        spec = {"scheme": spec}
    if not isinstance(spec, Mapping):
        return _list_problems(spec, depth)
    name = spec.get("scheme")
    if name not in SCHEMES:
        hint = did_you_mean(str(name), SCHEMES) or f"; schemes: {', '.join(SCHEMES)}"
        return [f"unknown scheme '{name}'{hint}" if name else f"no scheme{hint}"]
    valid = [key for key in inspect.signature(SCHEMES[name]).parameters if key != "depth"]
    valid = [key for key in valid if key != "labels"]
    problems = []
    for key, value in spec.items():
        if key == "scheme":
            continue
        if key not in valid:
            hint = did_you_mean(key, valid) or f"; it takes: {', '.join(valid) or 'nothing'}"
            problems.append(f"scheme '{name}' has no '{key}'{hint}")
        elif not _is_number(value):
            problems.append(f"{key} '{value}' is not a number")
    if not problems and "labels" not in inspect.signature(SCHEMES[name]).parameters:
        numbers = {key: float(value) for key, value in spec.items() if key != "scheme"}
        try:
            SCHEMES[name](depth, **numbers)
        except TreeError as error:  # a number out of its range
            problems.append(str(error).removeprefix("level_weights: "))
    return problems


def _list_problems(numbers: Sequence[float], depth: int) -> list[str]:
    if not all(_is_number(number) and float(number) >= 0 for number in numbers):
        return ["weights must be numbers of at least 0"]
    if len(numbers) != depth:
        levels = f"{depth} level{'s' if depth > 1 else ''}"
        return [f"{len(numbers)} weights for {levels}; give one number per level, coarsest first"]
    return [] if sum(map(float, numbers)) > 0 else ["the weights are all 0; give one above 0"]


def _is_number(value: object) -> bool:
    try:
        return not isinstance(value, bool) and math.isfinite(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
