"""How many items are searched, for whoever asks whether the server is well, as often as it asks."""

from __future__ import annotations

import asyncio
import time

from hierhash.serving.opening import OpenedIndex

WAIT, AGE = 5.0, 2.0
"""Seconds that a database has to count, and for which its number is told again."""


class ItemCount:
    """Counts the items of a database, once at a time and not again too soon, whoever asks."""

    def __init__(self) -> None:
        self._of: OpenedIndex | None = None
        self._n, self._until, self._began = 0, 0.0, 0.0
        self._counting: asyncio.Task[None] | None = None

    async def now(self, opened: OpenedIndex) -> int:
        """The number; the last one known where the database does not answer.

        Args:
            opened: The index in use.
        """
        if not opened.changes:
            return int(opened.about["items"])
        if self._of is not opened:
            self._of, self._n, self._until = opened, int(opened.about["items"]), 0.0
        if time.monotonic() >= self._until:
            if self._counting is None or self._counting.done():
                self._began = time.monotonic()
                self._counting = asyncio.create_task(self._count(opened))
            # Who asks when one waits already waits no longer than that one.
            left = max(0.0, self._began + WAIT - time.monotonic())
            await asyncio.wait({self._counting}, timeout=left)
        return self._n

    async def _count(self, opened: OpenedIndex) -> None:
        try:
            n = await asyncio.to_thread(len, opened.session.store)
        except Exception:  # the server is well, whatever the database is
            n = None
        if self._of is opened:
            self._n, self._until = self._n if n is None else n, time.monotonic() + AGE
