"""Draws the folders of the package, and the way of one item through them, into architecture.md.

From the imports and docstrings as they are: a test fails when the page is not current.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import grimp
import networkx as nx

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BLOCK = re.compile(r"(<!-- drawn: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

WAY = (
    ("a folder, a table, a MAT file", "hierhash.data.sources", "read"),
    ("items with pictures, texts, labels", "hierhash.labels.tree", "LabelTree"),
    ("labels as class numbers", "hierhash.data.split.choice", "choose_split"),
    ("four parts that share nothing", "hierhash.features.cache", "cached_image_features"),
    ("feature rows", "hierhash.prepare", "prepare"),
    ("training items", "hierhash.methods.method", "Method"),
    ("outputs of a network", "hierhash.codes.coding", "Coding"),
    ("codes and queries", "hierhash.codes.distances", "Distance"),
    ("distances and scores", "hierhash.retrieval.exact", "ExactIndex"),
    ("answers", "hierhash.metrics.retrieval_suite", "evaluate_hamming"),
)
"""What goes in, and the module and name that takes it."""


def folders() -> str:
    """A flowchart of the folders: an arrow from each to those it builds on directly."""
    graph = grimp.build_graph("hierhash")
    names = sorted(graph.find_children("hierhash"))
    drawn = nx.DiGraph()
    for one in names:
        for other in names:
            if one != other and graph.direct_import_exists(
                importer=one, imported=other, as_packages=True
            ):
                drawn.add_edge(one, other)
    lines = ["```mermaid", "flowchart TD"]
    for name in names:
        short = name.removeprefix("hierhash.")
        lines.append(f'  {short}["<b>{short}</b><br>{_escaped(_first_line(name))}"]')
    # An arrow that a longer way tells already is left out.
    for one, other in sorted(nx.transitive_reduction(drawn).edges):
        lines.append(f"  {one.removeprefix('hierhash.')} --> {other.removeprefix('hierhash.')}")
    return "\n".join([*lines, "```", ""])


def way() -> str:
    """A table of the stations of an item, from file to answer and score."""
    rows = [
        f"| {given} | `{module}.{name}` | {_line_of(module, name)} |" for given, module, name in WAY
    ]
    header = ["| what goes in | who takes it | what it is or does |", "| --- | --- | --- |"]
    return "\n".join([*header, *rows, ""])


def current(page: str) -> str:
    """The page with everything drawn anew."""
    draw = {"folders": folders, "way": way}
    return BLOCK.sub(lambda m: m.group(1) + draw[m.group(2)]() + m.group(3), page)


def _file(module: str) -> Path:
    path = ROOT / Path(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _first_line(module: str) -> str:
    return (ast.get_docstring(ast.parse(_file(module).read_text())) or "").split("\n")[0]


def _line_of(module: str, name: str) -> str:
    for node in ast.parse(_file(module).read_text()).body:
        if getattr(node, "name", None) == name:
            return (ast.get_docstring(node) or "").split("\n")[0]
    raise LookupError(f"{module} has no {name}")


def _escaped(text: str) -> str:
    return text.replace('"', "'").replace("`", "").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(current(PAGE.read_text()))
