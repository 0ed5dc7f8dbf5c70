"""JSON on its way out; what an error says is one line, in the words of the server's parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from hierhash.plain_text import plain

NAMES = {"--no-filter": "filter=false", "--no-rescore": "rescore=false"}
OPTION = re.compile(r"'.*'|(?<![\w-])--[a-z]+(?:-[a-z]+)*", re.DOTALL)
"""Or all between the first quote and the last: there are a client's own words."""


def reply(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer, built once; it passes no other encoder."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # Half a character, which JSON may hold, is none that may be sent.
    body = text.encode("utf-8", "replace")
    return Response(body, status, dict(headers or {}), "application/json")


def refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """An answer that says what is wrong."""
    return reply({"error": plain(message.replace("\n", "; "))}, status, headers)


def busy(message: str) -> Response:
    """The answer to a request that may be sent again in a second."""
    return refusal(503, message, {"Retry-After": "1"})


def as_parameters(message: str) -> str:
    """A message in which options of the command line are parameters of the server.

    Example:
        >>> as_parameters("--where: no column 'hue'"), as_parameters("leave --no-rescore away")
        ("where: no column 'hue'", 'leave rescore=false away')
        >>> as_parameters("--where: no column '--hue'")
        "where: no column '--hue'"
    """
    return OPTION.sub(lambda found: NAMES.get(found[0], found[0].removeprefix("--")), message)


def without_places(message: str, places: Mapping[str, str]) -> str:
    """A message that names no place of the server.

    Args:
        message: The message.
        places: By place what stands for it.

    Example:
        >>> without_places("/srv/index/run: reads no text", {"/srv/index": "the index"})
        'the index/run: reads no text'
    """
    for place in sorted(places, key=len, reverse=True):
        message = message.replace(place, places[place])
    return message


def one_line(errors: list[Any]) -> str:
    """What is wrong with parameters, as pydantic lists it."""
    said = []
    for one in errors:
        place = ".".join(str(part) for part in one.get("loc", ())[1:]) or "request"
        said.append(f"{place}: {one.get('msg', 'wrong')}")
    return "; ".join(dict.fromkeys(said)) or "the request is wrong"
