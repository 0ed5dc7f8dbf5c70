"""Progress of long work: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

SECONDS = 5.0


def warn(said: str) -> None:
    """Says on standard error what a user should know and nothing ends for."""
    print(f"warning: {said}", file=sys.stderr, flush=True)


@contextmanager
def counting(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Counts things done; the callable it gives takes how many more are done."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(what, total)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, advance=done)


class _Lines:
    """One line on standard error for every SECONDS of work."""

    def __init__(self, what: str, total: int | None) -> None:
        self._what, self._total = what, total
        self._done, self._said = 0, time.monotonic()

    def __call__(self, done: int) -> None:
        self._done += done
        if time.monotonic() - self._said >= SECONDS:
            self._said = time.monotonic()
            of = f" of {self._total}" if self._total else ""
            print(f"{self._what}: {self._done}{of}", file=sys.stderr, flush=True)
