"""One search, from what a client gave to what it gets."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hierhash.answering.asking import Query
from hierhash.answering.session import Session
from hierhash.answering.wish import Mode, Wish
from hierhash.errors import InputError
from hierhash.retrieval.answered import Answered
from hierhash.retrieval.columns import cells_of
from hierhash.retrieval.items import Hit
from hierhash.retrieval.risk_file import DEFAULT_RISK
from hierhash.retrieval.understood import rounded_down

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class Search:
    """What a client asks; see ``Session.wish`` for what is not said here.

    Args:
        text: A text, or
        like: the id of an item; neither, and no picture: all items in their order.
        under: The node that answers lie below; "" for any.
        where: Conditions.
        weigh: How much segments count.
        k: Number of answers.
        skip: Answers before the first.
        mode: How items are found.
        sort: A column that orders the nearest.
        filters: Leave out items of other values than the understood ones.
        rescore: Order by the score.
        risk: How often what is understood may be wrong.
    """

    text: str = ""
    like: str = ""
    under: str = ""
    where: Sequence[str] = ()
    weigh: Sequence[str] = ()
    k: int = 24
    skip: int = 0
    mode: Mode | None = None
    sort: str = ""
    filters: bool = True
    rescore: bool = True
    risk: float = DEFAULT_RISK

    def wish(self, session: Session) -> Wish:
        """How it is to be answered.

        Raises:
            InputError: There is no such node, value, segment or column.
        """
        return session.wish(
            self.k,
            skip=self.skip,
            under=self.under or None,
            where=[one for one in self.where if one.strip()],
            weigh=[one for one in self.weigh if one.strip()],
            filters=self.filters,
            rescore=self.rescore,
            mode=self.mode,
            risk=self.risk,
            sort=self.sort or None,
        )


def answer(session: Session, asked: Search, picture: Image | None = None) -> dict[str, Any]:
    """The answers to a search, as JSON.

    Args:
        session: What answers.
        asked: The search.
        picture: A picture to search with, alone or with a text.

    Raises:
        InputError: What was asked makes no query, or none that the run can read.
    """
    started = time.perf_counter()
    if asked.like and (asked.text or picture is not None):
        raise InputError("like: an item asks alone; leave text and picture away")
    # The network takes its time, and a database has one connection for all.
    query = None
    if picture is not None:
        query = session.picture_query(picture, asked.text or None, asked.mode)
    with session.store.reading():
        wish = asked.wish(session)
        found = _answered(session, asked, wish, query)
        items = session.store.count(wish.where)
    about = {"text": asked.text or None, "picture": picture is not None}
    return {
        "query": about | {"like": asked.like or None},
        "understood": _understood(found),
        "notes": list(found.notes),
        "asides": list(found.asides),
        "items": items,
        "unit": session.unit,
        "hits": [_hit(hit, mark) for hit, mark in zip(found.hits, found.marks, strict=True)],
        "took_ms": round(1000 * (time.perf_counter() - started), 2),
    }


def _answered(session: Session, asked: Search, wish: Wish, query: Query | None) -> Answered:
    if query is not None:
        return session.answer(query, wish)
    if asked.like:
        return session.answer_like(asked.like, wish)
    return session.answer_text(asked.text, wish) if asked.text else session.browse(wish)


def _understood(found: Answered) -> list[dict[str, Any]] | None:
    if found.understood is None:
        return None
    return [
        {"tree": one.tree, "node": list(one.node), "confidence": rounded_down(one.confidence)}
        for one in found.understood
    ]


def _hit(hit: Hit, mark: str) -> dict[str, Any]:
    item = hit.item
    place = f"/api/picture?id={quote(item['id'], safe='', errors='replace')}"
    return {
        "id": item["id"],
        "text": item["text"],
        "paths": item["paths"],
        "attributes": {name: str(cell) for name, cell in cells_of(item).items()},
        "distance": hit.distance,
        "score": None if hit.score is None else round(hit.score, 4),
        "relation": mark,
        "picture": place if item.get("image") else None,
    }
