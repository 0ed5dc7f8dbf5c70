"""What answers each path of ``/api``: work goes to threads, and ready bytes come back."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import Depends, File, Query, Request, UploadFile
from pydantic import BaseModel
from starlette.responses import Response

from hierhash.answering.session import Session
from hierhash.errors import DataError, InputError
from hierhash.serving.asked import MOST_CONDITIONS, Words, in_address, in_form, known_alone
from hierhash.serving.counting import counts
from hierhash.serving.current import Current
from hierhash.serving.item_count import ItemCount
from hierhash.serving.keys import COOKIE, Key
from hierhash.serving.limits import MOST_ANSWERS, Limits
from hierhash.serving.metrics import CONTENT_TYPE, Metrics
from hierhash.serving.pictures import MEDIA_TYPE, Size, Thumbnail, Thumbnails, opened
from hierhash.serving.replies import refusal, reply
from hierhash.serving.searching import Search, answer
from hierhash.serving.work import Workers

KEPT = "private, max-age=3600"


class Given(BaseModel):
    """The key that the page was given."""

    key: str


class Service:
    """Answers requests.

    Args:
        current: The index in use.
        workers: Where queries run.
        limits: What requests may take.
        metrics: What is told to Prometheus.
        key: The API key, if there is one.
    """

    def __init__(
        self, current: Current, workers: Workers, limits: Limits, metrics: Metrics, key: Key | None
    ) -> None:
        self._current, self._workers, self._limits = current, workers, limits
        self._metrics, self._key = metrics, key
        self._items = ItemCount()
        self._thumbnails = Thumbnails(limits.pixels)

    async def health(self) -> Response:
        """Whether the server answers, and from how many items."""
        now = self._current.now
        items = await self._items.now(now)
        return reply({"status": "ok", "items": items, "generation": now.generation})

    async def metrics(self) -> Response:
        """Counters for Prometheus."""
        return Response(self._metrics.text(), media_type=CONTENT_TYPE)

    async def session(self, given: Given, request: Request) -> Response:
        """Takes the key once, and gives a cookie for it."""
        answered = reply({"status": "ok"})
        if self._key is None:
            return answered
        if not self._key.is_right(given.key):
            return refusal(401, "key: wrong; ask who runs this server")
        secure = request.url.scheme == "https"
        answered.set_cookie(
            COOKIE, self._key.cookie, httponly=True, samesite="strict", secure=secure
        )
        return answered

    async def index(self) -> Response:
        """What is searched, by what it can be searched, and what a request may have."""
        now = self._current.now
        about = dict(now.about)
        if now.changes:
            about["items"] = await self._workers.query(partial(len, now.session.store))
        limits = self._limits
        about["limits"] = {"body": limits.body, "pixels": limits.pixels, "k": MOST_ANSWERS}
        return reply(about)

    async def counts(
        self,
        request: Request,
        under: Annotated[Words, Query(description="A node of the category's tree.")] = "",
        where: Annotated[list[Words], Query(max_length=MOST_CONDITIONS)] = [],  # noqa: B006
    ) -> Response:
        """How many items each node and value would leave."""
        known_alone(request.query_params, self.counts)
        work = partial(counts, self._current.now, under, where)
        return reply(await self._workers.query(work))

    async def search(self, asked: Annotated[Search, Depends(in_address)]) -> Response:
        """The answers to a text or to an item; without either, all items that meet conditions."""
        work = partial(answer, self._current.now.session, asked)
        return reply(await self._workers.query(work))

    async def search_by_picture(
        self,
        picture: Annotated[UploadFile, File()],
        asked: Annotated[Search, Depends(in_form)],
    ) -> Response:
        """The answers to a picture, or to a picture and a text as one query."""
        session, pixels = self._current.now.session, self._limits.pixels
        content = await picture.read()
        work = partial(self._by_picture, session, asked, content, pixels)
        return reply(await self._workers.picture(work))

    @staticmethod
    def _by_picture(session: Session, asked: Search, content: bytes, pixels: int) -> object:
        return answer(session, asked, opened(content, pixels))

    async def picture(
        self,
        request: Request,
        id: Annotated[str, Query(description="Of an item.")],
        size: Annotated[Size, Query(description="Pixels of the longer side.")] = Size.MIDDLE,
    ) -> Response:
        """A small copy of the picture that the index names for an item."""
        work = partial(self._small, id, int(size))
        try:
            small = await self._workers.picture(work)
        except InputError:
            return refusal(404, "id: no item has it, or its picture cannot be read")
        headers = {"ETag": small.etag, "Cache-Control": KEPT}
        if small.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(small.content, headers=headers, media_type=MEDIA_TYPE)

    def _small(self, own: str, size: int) -> Thumbnail:
        store = self._current.now.session.store
        [item] = store.items(store.rows_of([own]))
        if not item.get("image"):
            raise DataError("the item has no picture")
        return self._thumbnails.small(item["image"], size)
