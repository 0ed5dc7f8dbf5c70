"""hierhash: cross-modal hashing with hierarchical labels."""

from __future__ import annotations

__version__ = "0.1.0"
