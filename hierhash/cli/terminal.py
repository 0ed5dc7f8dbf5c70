"""Ctrl-C in a long command: one line, and what is left."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer


@contextmanager
def told_when_interrupted(what_is_left: str) -> Iterator[None]:
    """Ctrl-C inside the block ends the command with one line and exit code 130."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"interrupted; {what_is_left}", file=sys.stderr)
        raise typer.Exit(130) from None
