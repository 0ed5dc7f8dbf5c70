"""The index in use. Another takes its place in one step; who asks the old one is answered by it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from hierhash.plain_text import plain
from hierhash.serving.opening import OpenedIndex, State, open_index, state_of

LOG = logging.getLogger("hierhash.serving")
RESTLESS = 5
"""Looks after which an index that never stays as it is is opened all the same."""

PLACES = 64
"""Places of indexes, the last ones, that clients are not told."""


class Current:
    """The index in use.

    Args:
        opened: The first one.
    """

    def __init__(self, opened: OpenedIndex) -> None:
        self.places: dict[str, str] = {}
        self.now = opened

    @property
    def now(self) -> OpenedIndex:
        """The one that answers who asks now."""
        return self._now

    @now.setter
    def now(self, opened: OpenedIndex) -> None:
        # Those before it may still be answering, and what they say names places, too.
        self.places = dict([*self.places.items(), *opened.places.items()][-PLACES:])
        self._now = opened


class Watcher:
    """Opens an index again when it is another, beside the one in use.

    One that cannot be opened, damaged or copied by half, is told once; the one in use stays, and
    the next is tried when there is another.

    Args:
        name: The index.
        current: What is replaced.
        told: Is told of every index that took the other's place, or could not.
    """

    def __init__(self, name: str, current: Current, told: Callable[[bool], None]) -> None:
        self._name, self._current, self._told = name, current, told
        self._tried = self._seen = current.now.state
        self._moved = 0
        self._asked = asyncio.Event()

    def look_now(self) -> None:
        """Opens the index again, whatever its state is."""
        self._asked.set()

    async def run(self, seconds: float) -> None:
        """Looks again and again; ends when it is cancelled.

        Args:
            seconds: Between looks; 0 for none but those that are asked for.
        """
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), seconds or None)
            if self._asked.is_set():
                self._asked.clear()
                await self._open(state_of(self._name))
            elif self._is_another():
                await self._open(self._seen)

    def _is_another(self) -> bool:
        """Whether there is another state, and it has stayed since the last look."""
        state, before = state_of(self._name), self._seen
        self._seen = state
        if state == self._tried:
            self._moved = 0
            return False
        self._moved += 1
        return state == before or self._moved > RESTLESS

    async def _open(self, state: State | None) -> None:
        self._tried, self._moved = state, 0
        try:
            opened = await asyncio.to_thread(open_index, self._name)
        except Exception as error:  # whatever it is, the index in use stays
            self._told(False)
            LOG.warning("%s", plain(f"the index in use stays; the new one: {error}"))
            return
        self._tried = opened.state
        if opened.generation == self._current.now.generation and not opened.changes:
            return
        self._current.now = opened
        self._told(True)
        LOG.info("%s", plain(f"now {opened.about['items']} items, {opened.generation}"))
