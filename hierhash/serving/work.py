"""Where queries run: a few threads, since numpy and FAISS let go of the interpreter."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
PICTURES = 2
"""Threads that decode pictures; the network takes one at a time, so texts need not wait for it."""


class TookTooLong(Exception):  # noqa: N818 - said to clients, not raised at them
    """A query ran out of time."""


class Workers:
    """Threads for queries, and others for pictures.

    Args:
        seconds: How long a query may take. One that is waiting is dropped then; one that runs
            goes on in its thread, and nobody hears its answer.
        threads: For queries.
    """

    def __init__(self, seconds: float, threads: int | None = None) -> None:
        cores = len(os.sched_getaffinity(0))
        self._seconds = seconds
        self._queries = ThreadPoolExecutor(threads or cores // 2 + 1, "hierhash-query")
        self._pictures = ThreadPoolExecutor(PICTURES, "hierhash-picture")

    async def query(self, work: Callable[[], T]) -> T:
        """Runs a query.

        Raises:
            TookTooLong: It ran out of time.
        """
        return await self._within(self._queries, work)

    async def picture(self, work: Callable[[], T]) -> T:
        """Runs what decodes a picture.

        Raises:
            TookTooLong: It ran out of time.
        """
        return await self._within(self._pictures, work)

    async def _within(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        future = asyncio.wrap_future(pool.submit(work))
        try:
            return await asyncio.wait_for(future, self._seconds)
        except TimeoutError as error:
            raise TookTooLong from error
