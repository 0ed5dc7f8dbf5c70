"""The application: the paths, what errors become, and the layers that every request passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from hierhash.environment import package_version
from hierhash.errors import HierhashError, InputError
from hierhash.serving import answers
from hierhash.serving.current import Current
from hierhash.serving.headers import SafeHeaders
from hierhash.serving.keys import Guarded, Key
from hierhash.serving.limits import InFlight, Limits, WholeBody
from hierhash.serving.metrics import Measured, Metrics
from hierhash.serving.page import PageFile, page_files
from hierhash.serving.pictures import MEDIA_TYPE, TooLarge
from hierhash.serving.replies import as_parameters, busy, one_line, refusal, without_places
from hierhash.serving.service import Service
from hierhash.serving.work import TookTooLong, Workers

CODES = (400, 401, 404, 405, 408, 413, 422, 500, 503)


def make_app(
    current: Current,
    metrics: Metrics,
    limits: Limits | None = None,
    key: str | None = None,
    threads: int | None = None,
) -> ASGIApp:
    """The application in all its layers, the outermost last.

    Args:
        current: The index in use.
        metrics: Where requests are counted.
        limits: What requests may take.
        key: The API key; None lets everybody ask.
        threads: That queries run in; None takes as many as the cores want.
    """
    limits = limits or Limits()
    own_key = None if key is None else Key(key)
    app = api(Service(current, Workers(limits.seconds, threads), limits, metrics, own_key), current)
    in_flight = InFlight(app, limits.in_flight)
    metrics.shows_in_flight(lambda: in_flight.now)
    # A request counts when its body is there: one that never comes takes nobody's place.
    guarded: ASGIApp = WholeBody(in_flight, limits)
    if own_key is not None:
        guarded = Guarded(guarded, own_key)
    return SafeHeaders(
        Measured(guarded, metrics, [one.path for one in app.routes if isinstance(one, Route)])
    )


def api(service: Service, current: Current) -> FastAPI:
    """The paths, without the layers around them; its OpenAPI says what they answer.

    Args:
        service: What answers.
        current: The index in use: its places are not told to clients.
    """
    errors: dict[int | str, dict[str, Any]] = {code: {"model": answers.Error} for code in CODES}
    app = FastAPI(
        title="hierhash",
        version=package_version("hierhash"),
        docs_url=None,  # they would load scripts from another place
        redoc_url=None,
        responses=errors,
    )
    _add_errors(app, current)
    get, post, head = ["GET"], ["POST"], ["HEAD"]
    add = app.add_api_route
    add("/api/health", service.health, methods=get, response_model=answers.Health)
    add("/api/health", service.health, methods=head, include_in_schema=False)  # load balancers
    add("/api/session", service.session, methods=post, response_model=answers.Opened)
    add("/api/index", service.index, methods=get, response_model=answers.Index)
    add("/api/counts", service.counts, methods=get, response_model=answers.Counts)
    add("/api/search", service.search, methods=get, response_model=answers.Answer)
    add("/api/search", service.search_by_picture, methods=post, response_model=answers.Answer)
    picture: dict[int | str, dict[str, Any]] = {
        200: {"content": {MEDIA_TYPE: {}}},
        304: {"description": "As it was."},
    }
    add(
        "/api/picture",
        service.picture,
        methods=get,
        response_class=Response,
        responses=picture,
    )
    add("/metrics", service.metrics, methods=get, include_in_schema=False)
    for path, own in page_files().items():
        add(path, _file(own), methods=get + head, include_in_schema=False)
    return app


def _file(own: PageFile) -> Callable[[Request], Any]:
    headers = {"ETag": own.etag, "Cache-Control": "no-cache"}

    async def page_file(request: Request) -> Response:
        if own.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(own.content, headers=headers, media_type=own.media_type)

    return page_file


def _add_errors(app: FastAPI, current: Current) -> None:
    """What was raised becomes an answer of one line, which names no place of the server."""

    async def wrong(_: Request, error: Exception) -> Response:
        said = without_places(as_parameters(str(error)), current.places)
        if isinstance(error, TooLarge):
            return refusal(413, said)
        # The work itself failed: a database that is gone, say.
        return refusal(400, said) if isinstance(error, InputError) else busy(said)

    async def too_long(_: Request, error: Exception) -> Response:
        return busy("the query ran out of time; send it again in a second, or a simpler one")

    async def parameters(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for them
        return refusal(422, one_line(list(error.errors())))

    async def of_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for them
        said = str(error.detail).lower()
        return refusal(error.status_code, f"{said}; see /openapi.json", error.headers)

    async def failed(_: Request, error: Exception) -> Response:
        return refusal(500, "the server failed; its log says why")

    app.add_exception_handler(HierhashError, wrong)
    app.add_exception_handler(TookTooLong, too_long)
    app.add_exception_handler(RequestValidationError, parameters)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(Exception, failed)
