"""A line on stderr every few seconds of a long work, on a terminal and in a log alike."""

from __future__ import annotations

import time
from collections.abc import Callable

import typer

EVERY = 5.0
"""Seconds between two lines."""


def ticking(what: str, total: int) -> Callable[[int], None]:
    """A function that takes how many more are done and says so now and then.

    Args:
        what: Of what: ``items checked``.
        total: How many there are.
    """
    start = time.monotonic()
    state = {"done": 0, "said": start}

    def advance(more: int) -> None:
        state["done"] += more
        now = time.monotonic()
        if now - state["said"] >= EVERY:
            state["said"] = now
            typer.echo(f"{state['done']:,.0f} of {total:,} {what}, {now - start:.0f} s", err=True)

    return advance
