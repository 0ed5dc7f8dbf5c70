"""A section of a report: a note, tables, charts; written by html.py, markdown.py and latex.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Args:
        text: What it says.
        best: Best of its column, shown bold.
        spread: A deviation, shown small.
    """

    text: str
    best: bool = False
    spread: str = ""

    def plain(self, bold: str = "**") -> str:
        """The cell as text, with ``bold`` on both sides if it is the best."""
        text = f"{self.text} {self.spread}".strip()
        return f"{bold}{text}{bold}" if self.best else text


@dataclass(frozen=True)
class Table:
    """A table.

    Args:
        header: The names of its columns.
        rows: Its cells.
        names: How many columns, the first ones, are words; the others are numbers.
        grouped: Rows of one first cell belong together: a line parts them from the others.
        title: What stands above it, if anything.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[Cell | str]]
    names: int = 1
    grouped: bool = False
    title: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart: SVG, a caption, and a table to stand beside it."""

    svg: str
    caption: str
    beside: Table | None = None


@dataclass(frozen=True)
class Section:
    """A section of a report.

    Args:
        title: Its title.
        note: How to read it.
        tables: Its tables.
        charts: Its charts.
        methods: The methods drawn in the charts, for their key.
        terms: Short names that the charts use and that are explained below them.
    """

    title: str
    note: str
    tables: Sequence[Table] = field(default_factory=list)
    charts: Sequence[Chart] = field(default_factory=list)
    methods: Sequence[str] = ()
    terms: Sequence[str] = ()

    @property
    def all_tables(self) -> list[Table]:
        """The tables of the section and those beside its charts."""
        return [*self.tables, *(chart.beside for chart in self.charts if chart.beside)]
