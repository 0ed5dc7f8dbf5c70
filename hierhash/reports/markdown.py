"""Sections and tables of a report as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from hierhash.reports.section import Cell, Section, Table
from hierhash.reports.words import table_legend


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


def markdown(sections: Sequence[Section], reference: str) -> str:
    """Sections as Markdown, without their charts.

    Args:
        sections: The sections.
        reference: The row that marks in their tables compare the others with.
    """
    parts = []
    for section in sections:
        if section.all_tables:
            tables = "\n".join(_with_legend(table, reference) for table in section.all_tables)
            parts.append(f"## {section.title}\n\n{section.note}\n\n{tables}")
    return "\n".join(parts)


def _with_legend(table: Table, reference: str) -> str:
    legend = table_legend(table, reference)
    said = "; ".join(f"**{_in_markdown(n)}** {_in_markdown(m)}" for n, m in legend)
    start = f"{_in_markdown(table.title)}:\n\n" if table.title else ""
    return start + markdown_table(table) + (f"\n{said}.\n" if said else "")


# A name from a file must not become HTML, end its cell or end its line.
_MARKDOWN = str.maketrans(
    {"|": r"\|", "<": "&lt;", ">": "&gt;", "&": "&amp;", "\n": " ", "\r": " ", "`": "&#96;"}
)


def _in_markdown(text: str) -> str:
    return text.translate(_MARKDOWN)


def _plain(cell: Cell | str) -> str:
    return cell.plain() if isinstance(cell, Cell) else cell
