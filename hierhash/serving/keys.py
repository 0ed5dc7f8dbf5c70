"""The API key: who may ask. The search page itself is open, since it asks for the key."""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from hierhash.serving.replies import refusal

COOKIE = "hierhash_session"
OPEN = ("/", "/page.css", "/page.js", "/api/health", "/api/session")
"""Paths that need no key."""


class Key:
    """An API key.

    Args:
        secret: The key.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        # A cookie that is read by others does not give the key away.
        self.cookie = hmac.new(self._secret, b"hierhash session", "sha256").hexdigest()

    def is_right(self, given: str) -> bool:
        """Whether what was given is the key, in the same time for any wrong one."""
        return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self._secret)

    def admits(self, headers: Headers) -> bool:
        """Whether a request brings the key: in a header, or as the cookie of the page."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.is_right(_as_sent(given.strip())):
            return True
        if self.is_right(_as_sent(headers.get("x-api-key", ""))):
            return True
        try:
            own = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return own is not None and hmac.compare_digest(own.value.encode(), self.cookie.encode())


def _as_sent(value: str) -> str:
    # Headers are read as Latin-1; a key may have any letters.
    return value.encode("latin-1").decode("utf-8", "surrogateescape")


class Guarded:
    """Refuses requests without the key.

    Args:
        app: What answers.
        key: The key.
    """

    def __init__(self, app: ASGIApp, key: Key) -> None:
        self._app, self._key = app, key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or refuses."""
        needed = scope["type"] == "http" and scope["path"] not in OPEN
        if needed and not self._key.admits(Headers(scope=scope)):
            said = "no API key, or a wrong one; send it as Authorization: Bearer KEY or X-API-Key"
            answer = refusal(401, said, {"WWW-Authenticate": "Bearer"})
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)
