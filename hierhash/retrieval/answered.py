"""A query and what was answered, for whoever shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hierhash.retrieval.items import Hit
from hierhash.retrieval.understood import Understood, sentence


@dataclass(frozen=True)
class Answered:
    """A query and its answers.

    Args:
        text: What was asked in words; "" by a picture or an item alone.
        picture: The file of the picture that was asked by, if any.
        understood: What it was understood as; None where the run's method cannot say.
        notes: What of it was not taken as it stands.
        asides: What is to be known of the answers: that nearer ones are left out, say.
        hits: The answers.
        marks: Of each answer ``exact``, ``relative``, ``beyond`` or "".
        like: The id of the item that was asked by, if any.
    """

    text: str
    picture: Path | None
    understood: Sequence[Understood] | None
    notes: Sequence[str]
    asides: Sequence[str]
    hits: Sequence[Hit]
    marks: Sequence[str]
    like: str | None = None

    @property
    def said(self) -> str:
        """What it was understood as, in words; "" where that cannot be said."""
        return "" if self.understood is None else sentence(self.understood)
