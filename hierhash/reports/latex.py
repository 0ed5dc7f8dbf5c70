"""A table of a report as LaTeX."""

from __future__ import annotations

from hierhash.reports.section import Cell, Table


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
