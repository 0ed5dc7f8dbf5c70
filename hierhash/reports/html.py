"""The HTML report: one self-contained file, no network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader

from hierhash.reports.examples import Example
from hierhash.reports.runs import Run
from hierhash.reports.section import Cell, Section


@dataclass(frozen=True)
class Page:
    """What the page shows."""

    suite: str
    sections: Sequence[Section]
    examples: Sequence[Example]
    runs: list[Run]
    environments: dict[str, Any]
    tuning: list[dict[str, Any]]


def html(page: Page) -> str:
    """The page as text."""
    environment = Environment(
        loader=PackageLoader("hierhash.reports", "templates"), autoescape=True, trim_blocks=True
    )
    environment.filters["json"] = lambda value: json.dumps(value, indent=1)
    environment.filters["cell"] = lambda value: value if isinstance(value, Cell) else Cell(value)
    environment.filters["slug"] = lambda title: title.split(",")[0].lower().replace(" ", "-")
    return environment.get_template("report.html.j2").render(page=page)
