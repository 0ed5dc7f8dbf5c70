"""What a request may take: its body's bytes, seconds, pixels, and how many are answered at once.

These are layers of ASGI around the application, so that a body which is too large is told before
anything reads it, and one that comes without an end or too slowly, as well.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hierhash.serving.replies import busy, refusal

MOST_ANSWERS, LAST_ANSWER, LONGEST_TEXT = 200, 10_000, 500
"""Answers of one request, answers before them, and characters of a text."""
LONGEST_WORDS = 1000
"""Characters of any other parameter: a condition, a node, an id."""
DRAINED = 4
"""A body that is too large is read so many times over, so that its sender hears the answer."""
PAUSE = 0.5
"""Seconds until a request beyond the limit is told so."""
FREE = ("/api/health", "/metrics")
"""Never refused: they tell whether the server is well."""
PICTURES = "/api/search"
"""The path to which large bodies are sent."""
SMALL_BODY = 4096
"""Bytes of a body that is sent elsewhere: a key, which those who have none may send, too."""


@dataclass(frozen=True)
class Limits:
    """What requests may take.

    Args:
        in_flight: Requests that are answered at once; others are refused with 503.
        seconds: Of a query, and of receiving a body.
        body: Bytes of a body.
        pixels: Of a picture that is sent.
    """

    in_flight: int = 64
    seconds: float = 10.0
    body: int = 10 * 1024 * 1024
    pixels: int = 40_000_000


class InFlight:
    """Refuses requests beyond a number that are answered at once.

    One that is being answered counts until its answer begins to be sent, so a client that reads
    slowly holds nobody up.

    Args:
        app: What answers.
        most: How many.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.now = 0
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or refuses."""
        if scope["type"] != "http" or scope["path"] in FREE:
            await self._app(scope, receive, send)
            return
        if self.now >= self._most:
            # Who asks again at once would take the time of those that are being answered.
            await asyncio.sleep(PAUSE)
            said = busy(f"{self._most} requests are being answered; send it again in a second")
            await said(scope, receive, send)
            return
        self.now += 1
        counts = True

        async def sent(message: Message) -> None:
            nonlocal counts
            if counts and message["type"] == "http.response.start":
                self.now, counts = self.now - 1, False
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            if counts:
                self.now -= 1


class WholeBody:
    """Receives a body before it is answered, if it is not too large and not too slow.

    As many large bodies are received at once as requests are answered at once.

    Memory: these bodies, up to the limit.

    Args:
        app: What answers.
        limits: Bytes and seconds.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app, self._limits = app, limits
        self._receiving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or refuses."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        large = scope["path"] == PICTURES and _has_body(scope)
        if large and self._receiving >= self._limits.in_flight:
            await asyncio.sleep(PAUSE)
            said = f"{self._receiving} pictures are being received; send it again in a second"
            await busy(said)(scope, receive, send)
            return
        most = self._limits.body if large else min(SMALL_BODY, self._limits.body)
        self._receiving += large
        try:
            async with asyncio.timeout(self._limits.seconds):
                body = await self._received(scope, receive, most)
        except TimeoutError:
            said = f"the body did not come in {self._limits.seconds:g} seconds; send it faster"
            await refusal(408, said, {"Connection": "close"})(scope, receive, send)
            return
        finally:
            self._receiving -= large
        if body is None:
            less = "a smaller picture" if large else "less"
            said = f"the body has more than {most:,} bytes; send {less}"
            await refusal(413, said, {"Connection": "close"})(scope, receive, send)
            return
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replayed() -> Message:
            return waiting.pop() if waiting else await receive()

        await self._app(scope, replayed, send)

    async def _received(self, scope: Scope, receive: Receive, most: int) -> bytes | None:
        """The body; None of one that has more than ``most`` bytes."""
        told = Headers(scope=scope).get("content-length", "0")
        length = int(told) if told.isdecimal() else 0
        if length > DRAINED * most:
            return None
        parts: list[bytes] = []
        size, until = 0, time.monotonic() + self._limits.seconds / 2
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b""
            part = message.get("body", b"")
            size += len(part)
            if size <= most:
                parts.append(part)
            else:
                parts.clear()
                if size > DRAINED * most or time.monotonic() > until:
                    return None
            if not message.get("more_body", False):
                return b"".join(parts) if size <= most else None


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
