"""The row that all others are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

PREFERRED = ("expected_tree_codes", "hierarchical_dcmh")
"""Our own method where a results file has it, else the tree-aware DCMH."""
FORMS = ("expected_tree_codes", "polysemous_tree_codes")
"""Of our method: neither is the other's rival."""


def reference(runs: Iterable[Mapping[str, Any]]) -> str:
    """The name of the reference among some runs; where none of these is there, the last of them.

    Example:
        >>> reference([{"name": "dcmh_tuned"}, {"name": "hierarchical_dcmh"}])
        'hierarchical_dcmh'
        >>> reference([{"name": "hierarchical_dcmh"}, {"name": "expected_tree_codes"}])
        'expected_tree_codes'
    """
    names = {run["name"] for run in runs}
    return next((name for name in PREFERRED if name in names), PREFERRED[-1])
