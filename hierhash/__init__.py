"""hierhash: cross-modal hashing with hierarchical labels.

In Python: ``hierhash.train``, ``load_run``, ``load_index`` and ``evaluate`` (docs/api.md).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_API = {
    "Index": "hierhash.notebook",
    "Run": "hierhash.notebook",
    "evaluate": "hierhash.api",
    "load_index": "hierhash.notebook",
    "load_run": "hierhash.notebook",
    "train": "hierhash.api",
}

__all__ = list(_API)


def __getattr__(name: str) -> Any:
    """The API is imported when it is first used: torch takes seconds, a text query none."""
    if name in _API:
        return getattr(import_module(_API[name]), name)
    if name == "__version__":
        from hierhash.environment import package_version

        return package_version("hierhash")
    raise AttributeError(f"module 'hierhash' has no attribute '{name}'")
