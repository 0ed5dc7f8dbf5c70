"""Several processes that answer from one index in memory: what is read before they part is shared.

Python runs one thread at a time, so one process uses little more than one core. The index is read
once, then the process splits; each part has its own network, metrics and limits. The first one
stays to end the others, to tell them of SIGHUP, and to split again when one of them dies.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from types import FrameType


class Processes:
    """Splits this process when it is called, once; the parts go on from there.

    Args:
        count: How many are to answer; 1 for this process alone.
    """

    def __init__(self, count: int) -> None:
        self._count, self._parts, self._made, self._ends = count, set[int](), 0, False
        self.first: int | None = None

    def __call__(self) -> None:
        """Returns in each part; the first process stays here, and exits with the last of them."""
        if self._count < 2 or self.first is not None:
            return
        gc.collect()
        gc.freeze()  # what is not looked at is not copied
        self.first = os.getpid()
        for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(one, self._tell)
        while not self._ends or self._parts:
            if len(self._parts) == self._count or self._ends:
                self._parts.discard(os.wait()[0])
            elif self._is_part():
                return
        sys.exit(0)

    @property
    def is_told(self) -> bool:
        """Whether another part says where the server listens."""
        return self._made > 1

    @property
    def is_orphan(self) -> bool:
        """Whether the process that would end this one is gone."""
        return self.first is not None and os.getppid() != self.first

    def _is_part(self) -> bool:
        self._made += 1
        part = os.fork()
        if part:
            self._parts.add(part)
            return False
        os.setpgid(0, 0)  # Ctrl-C reaches the first process, which tells this one
        for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(one, signal.SIG_DFL)
        return True

    def _tell(self, number: int, _: FrameType | None) -> None:
        self._ends = self._ends or number != signal.SIGHUP
        for part in self._parts:
            os.kill(part, number)
