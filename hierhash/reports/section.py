"""A section of a report: a note, tables, charts; here as Markdown and LaTeX, in html.py as HTML."""

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
    """A table; the first ``names`` columns are words, the others numbers."""

    header: Sequence[str]
    rows: Sequence[Sequence[Cell | str]]
    names: int = 1


@dataclass(frozen=True)
class Section:
    """A section: a title, a note on how to read it, tables and charts (SVG with captions)."""

    title: str
    note: str
    tables: Sequence[Table] = field(default_factory=list)
    charts: Sequence[tuple[str, str]] = field(default_factory=list)


def markdown_table(table: Table) -> str:
    """The table in Markdown.

    Example:
        >>> print(markdown_table(Table(["row", "x"], [["a", Cell("1", best=True)]])), end="")
        | row | x |
        | --- | ---: |
        | a | **1** |
    """
    rule = ["---" if place < table.names else "---:" for place in range(len(table.header))]
    lines = [table.header, rule, *([_plain(cell) for cell in row] for row in table.rows)]
    return "".join("| " + " | ".join(map(_in_markdown, line)) + " |\n" for line in lines)


def markdown(sections: Sequence[Section]) -> str:
    """Sections as Markdown, without their charts."""
    parts = []
    for section in sections:
        if section.tables:
            tables = "\n".join(markdown_table(table) for table in section.tables)
            parts.append(f"## {section.title}\n\n{section.note}\n\n{tables}")
    return "\n".join(parts)


def latex_table(table: Table, caption: str) -> str:
    """The table in LaTeX (packages: booktabs)."""
    columns = "l" * table.names + "r" * (len(table.header) - table.names)
    rows = [" & ".join(_latex(cell) for cell in row) + r" \\" for row in table.rows]
    return "\n".join(
        [
            r"\begin{table}",
            rf"\caption{{{_escaped(caption)}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            " & ".join(_escaped(name) for name in table.header) + r" \\",
            r"\midrule",
            *rows,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


# A name from a file must not become HTML, end its cell or end its line.
_MARKDOWN = str.maketrans(
    {"|": r"\|", "<": "&lt;", ">": "&gt;", "&": "&amp;", "\n": " ", "\r": " ", "`": "&#96;"}
)


def _in_markdown(text: str) -> str:
    return text.translate(_MARKDOWN)


def _plain(cell: Cell | str) -> str:
    return cell.plain() if isinstance(cell, Cell) else cell


def _latex(cell: Cell | str) -> str:
    if isinstance(cell, str):
        return _escaped(cell)
    text = _escaped(cell.text)
    text = rf"\textbf{{{text}}}" if cell.best else text
    return rf"{text} {{\scriptsize {_escaped(cell.spread)}}}" if cell.spread else text


_LATEX = str.maketrans(
    {mark: "\\" + mark for mark in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"<": r"\textless{}", ">": r"\textgreater{}", "\n": " ", "\r": " "}
    | {"±": r"$\pm$", "▼": r"$^\blacktriangledown$", "▲": r"$^\blacktriangle$", "−": "$-$"}
)


def _escaped(text: str) -> str:
    return text.translate(_LATEX)
