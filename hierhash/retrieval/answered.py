"""A query and what was answered, for whoever shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hierhash.retrieval.exact import Hit


@dataclass(frozen=True)
class Answered:
    """A query and its answers.

    Args:
        text: What was asked in words; "" by a picture alone.
        picture: The file of the picture that was asked by, if any.
        understood: What it was understood as, in words.
        notes: What of it was not taken as it stands.
        hits: The answers.
        marks: Of each answer ``exact``, ``relative``, ``beyond`` or "".
    """

    text: str
    picture: Path | None
    understood: str
    notes: Sequence[str]
    hits: Sequence[Hit]
    marks: Sequence[str]
