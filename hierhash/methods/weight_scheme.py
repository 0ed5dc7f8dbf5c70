"""Level weights as a method's settings name them, and as numbers for a tree."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator

from hierhash.errors import ConfigError, TreeError
from hierhash.labels.items import ItemLabels
from hierhash.labels.tree import LabelTree
from hierhash.labels.weights import SCHEMES, spec_problems


def _scheme(scheme: Any) -> Any:
    """Refuses what no tree takes; how many levels a tree has is not known before it is read."""
    if not isinstance(scheme, str | dict | list):
        return scheme
    values = scheme if isinstance(scheme, list) else []
    if isinstance(scheme, dict):
        values = [value for key, value in scheme.items() if key != "scheme"]
        if not isinstance(scheme.get("scheme", ""), str):
            raise ValueError(f"the scheme is a word; use one of {', '.join(SCHEMES)}")
    if any(isinstance(value, str) for value in values):
        raise ValueError("a weight or a parameter is a number without quotes")
    if problems := spec_problems(scheme, len(scheme) if isinstance(scheme, list) else 2):
        raise ValueError("; ".join(problems))
    return scheme


WeightScheme = Annotated[str | dict[str, Any] | list[float] | None, BeforeValidator(_scheme)]
"""A scheme's name, ``{scheme: name, parameter: number}``, one number a level, or None."""


def weights_of(
    tree: LabelTree, scheme: WeightScheme, labels: ItemLabels | None, key: str
) -> NDArray[np.float64]:
    """Weights of levels 1..L; None takes the tree's own, else uniform ones.

    Raises:
        ConfigError: The scheme does not fit the tree; ``key`` is where it stands in a config.
    """
    try:
        return np.asarray(tree.weights(scheme, labels))
    except TreeError as error:
        problems = (problem.removeprefix("level_weights") for problem in error.problems)
        raise ConfigError([f"{key}{problem}" for problem in problems]) from error
