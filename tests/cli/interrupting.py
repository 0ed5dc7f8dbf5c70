"""A command that is to be interrupted, as from a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Our exit code; or death by the signal itself, which a shell shows as 130, too: Python ends so
# where the signal came while a library ran code of its own (CPython clears its flag for it never).
ENDED = (130, -signal.SIGINT)


@contextmanager
def started(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The command line in a process group of its own, which hears Ctrl-C whatever started us.

    A shell starts what runs in the background deaf to it, and that is inherited. The group is
    killed when the block ends.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "hierhash.cli.main", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
