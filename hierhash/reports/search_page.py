"""The answers to some queries as a contact sheet: one HTML file with the pictures in it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader

from hierhash.data.images import ImageRef
from hierhash.errors import DataError
from hierhash.labels.paths import format_path
from hierhash.retrieval.answered import Answered
from hierhash.retrieval.items import Hit

WIDEST = 200


def search_page(index: str, answers: Sequence[Answered]) -> str:
    """The page as text; it asks no network. A picture that is gone is said to be.

    Args:
        index: Name of the index.
        answers: The queries, in their order.
    """
    environment = Environment(
        loader=PackageLoader("hierhash.reports", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = [
        {
            "text": one.text if one.like is None else f"like {one.like}",
            "picture": None if one.picture is None else _picture(str(one.picture)),
            "understood": one.said,
            "notes": [*one.notes, *one.asides],
            "hits": [_hit(hit, mark) for hit, mark in zip(one.hits, one.marks, strict=True)],
        }
        for one in answers
    ]
    return environment.get_template("search.html.j2").render(index=index, answers=shown)


def _hit(hit: Hit, mark: str) -> dict[str, Any]:
    item = hit.item
    near = "" if hit.distance is None else f"distance {hit.distance}"
    score = "" if hit.score is None else f"score {hit.score:.1f}"
    return {
        "id": item["id"],
        "text": item["text"] or "",
        "path": format_path(tuple(item["paths"][0])) if item["paths"] else "",
        "near": ", ".join(part for part in (score, near) if part),
        "mark": mark,
        "picture": _picture(item.get("image")),
    }


def _picture(place: str | None) -> str | None:
    """A small copy of a picture by the place that an index names: a file, or ``ZIP::MEMBER``."""
    if not place:
        return None
    try:
        return base64.b64encode(ImageRef.named(place).shown(WIDEST)).decode()
    except DataError:
        return None
