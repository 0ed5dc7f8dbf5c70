"""The HTML report: one self-contained file, no network."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader

from hierhash.reports.conclusion import Conclusion
from hierhash.reports.examples import Examples
from hierhash.reports.looks import PALETTE, look
from hierhash.reports.reference import reference
from hierhash.reports.relation import RELATIONS
from hierhash.reports.runs import Run, headline_names
from hierhash.reports.section import Cell, Section
from hierhash.reports.words import described, legend, sentence, table_legend, tooltip


@dataclass(frozen=True)
class Page:
    """What the page shows."""

    suite: str
    conclusion: Conclusion | None
    examples: Sequence[Examples]
    sections: Sequence[Section]
    runs: list[Run]
    environments: dict[str, Any]
    tuning: list[dict[str, Any]]

    @property
    def methods(self) -> list[str]:
        """The rows that have a colour."""
        return headline_names(self.runs)

    @property
    def left_out(self) -> list[str]:
        """By direction, how many queries the leaf metrics leave out, of the first run."""
        counts = {
            way: one
            for way, one in self.runs[0]["queries"].items()
            if re.fullmatch("[it]2[it]", way)
        }
        return [
            f"{one['skipped']} of {one['skipped'] + one['counted']} ({way})"
            for way, one in counts.items()
        ]


def html(page: Page) -> str:
    """The page as text."""
    environment = Environment(
        loader=PackageLoader("hierhash.reports", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "json": lambda value: json.dumps(value, indent=1),
        "cell": lambda value: value if isinstance(value, Cell) else Cell(value),
        "slug": slug,
        "sentence": sentence,
        "tooltip": tooltip,
        "legend": legend,
        "table_legend": partial(table_legend, reference=reference(page.runs)),
        "look": look,
        "described": described,
        "by_names": lambda text: by_names(text, page.methods),
    }
    environment.globals |= {"PALETTE": PALETTE, "RELATIONS": RELATIONS}
    return environment.get_template("report.html.j2").render(page=page)


def slug(title: str) -> str:
    """The anchor of a section.

    Example:
        >>> slug("Head, middle and tail leaves, 32 bits"), slug("Cost, 32 bits")
        ('head-middle-and-tail-leaves', 'cost')
    """
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r", \d+ bits$", "", title).lower()).strip("-")


def by_names(text: str, names: Sequence[str]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is one of the names.

    Example:
        >>> by_names("dcmh & dcmh_leaf", ["dcmh", "dcmh_leaf"])
        [('dcmh', True), (' & ', False), ('dcmh_leaf', True)]
    """
    known = sorted(map(re.escape, names), key=len, reverse=True)
    pieces = re.split(rf"(?<!\w)({'|'.join(known)})(?!\w)", text) if known else [text]
    return [(piece, piece in names) for piece in pieces if piece]
