"""The page of a label audit: the most doubted labels with their pictures, in one HTML file."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader

from hierhash.data.catalogue import Catalogue

WIDEST = 160


def audit_page(
    run: str, doubts: Sequence[dict[str, Any]], catalogue: Catalogue, total: int, folds: int
) -> str:
    """The page as text; it asks no network.

    Args:
        run: Name of the run.
        doubts: Those that are shown: ``row``, ``id``, ``text``, ``tree``, ``given``, ``likelier``
            and the two chances.
        catalogue: The items.
        total: Number of items with a doubted label.
        folds: Trainings that judged the training items; 0 where the run judged all.

    Raises:
        DataError: A picture cannot be read.
    """
    environment = Environment(
        loader=PackageLoader("hierhash.reports", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = [one | {"picture": _picture(catalogue, one["row"])} for one in doubts]
    template = environment.get_template("audit.html.j2")
    return template.render(run=run, doubts=shown, total=total, items=len(catalogue), folds=folds)


def _picture(catalogue: Catalogue, row: int) -> str | None:
    image = catalogue.images[row] if catalogue.images else None
    return None if image is None else base64.b64encode(image.shown(WIDEST)).decode()
