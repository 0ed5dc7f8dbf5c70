"""The model card of an exported run, made from what its files say."""

from __future__ import annotations

from typing import Any

from hierhash.exporting.agreement import Agreement
from hierhash.runs.saved import SavedRun


def model_card(saved: SavedRun, about: dict[str, Any], found: Agreement) -> str:
    """The card as Markdown."""
    return f"# {saved.config.method}\n\n{found.words()}\n"
