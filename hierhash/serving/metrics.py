"""What the server counts of itself, as Prometheus reads it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
)
from prometheus_client.exposition import generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_TYPE = CONTENT_TYPE_LATEST
OTHER = "other"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Counters of one server.

    Args:
        items: Tells how many items are searched.
    """

    def __init__(self, items: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "hierhash_requests", "Requests answered.", ("route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "hierhash_request_seconds",
            "Seconds until an answer began.",
            ("route",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._swaps = Counter(
            "hierhash_swaps", "Indexes that took another's place.", ("is",), registry=self._registry
        )
        Gauge("hierhash_items", "Items searched.", registry=self._registry).set_function(items)
        self._in_flight = Gauge(
            "hierhash_in_flight", "Requests being answered.", registry=self._registry
        )
        for outcome in ("done", "refused"):
            self._swaps.labels(outcome)

    def swapped(self, done: bool) -> None:
        """Counts an index that took the place of another, or that could not."""
        self._swaps.labels("done" if done else "refused").inc()

    def shows_in_flight(self, now: Callable[[], int]) -> None:
        """Takes over what tells the number of requests being answered."""
        self._in_flight.set_function(now)

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Counts an answer."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All of it."""
        return generate_latest(self._registry)


class Measured:
    """Counts requests.

    Args:
        app: What answers.
        metrics: Where they are counted.
        routes: Paths that are counted by name; a client cannot make up others.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, routes: Collection[str]) -> None:
        self._app, self._metrics, self._routes = app, metrics, frozenset(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route = scope["path"] if scope["path"] in self._routes else OTHER
        started = time.perf_counter()

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                seconds = time.perf_counter() - started
                self._metrics.answered(route, message["status"], seconds)
            await send(message)

        await self._app(scope, receive, sent)
