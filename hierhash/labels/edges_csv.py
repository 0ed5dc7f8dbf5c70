"""A label tree as a CSV of edges, one node a row: ``parent,child`` and perhaps ``name,aliases``.

``parent`` and ``child`` identify nodes; a child's name is the column ``name``, or ``child`` itself
where that is empty or missing. A node of level 1 has an empty parent, or no row as a child.
Siblings stand in the order of their rows.
"""

from __future__ import annotations

import os
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from hierhash.errors import TreeError, did_you_mean
from hierhash.labels.csv_rows import Row, format_rows, join_aliases, read_rows, split_aliases
from hierhash.labels.entries import Entry, entry_problems
from hierhash.labels.parts import TreeParts
from hierhash.labels.paths import Path, format_path

if TYPE_CHECKING:
    from hierhash.labels.tree import LabelTree

COLUMNS = ("parent", "child", "name", "aliases")
LONGEST_CYCLE = 10  # names; a longer one is cut in the message


def read_edges_csv(path: str | os.PathLike[str]) -> TreeParts:
    """The parts of the tree in a CSV of edges.

    Raises:
        TreeError: Every problem of the file with its line: two parents, cycles, repeats, ...
    """
    columns, found = read_rows(path)
    problems = [
        f"{path}:1: unknown column '{name}'"
        f"{did_you_mean(name, COLUMNS) or '; valid: ' + ', '.join(COLUMNS)}"
        for name in columns
        if name not in COLUMNS
    ]
    problems += [
        f"{path}:1: no column '{name}'; an edge CSV has the columns parent and child"
        for name in COLUMNS[:2]
        if name not in columns
    ]
    if problems:
        raise TreeError(problems)
    rows = list(found)
    parent_row = _one_parent_each(rows, problems)
    _report_cycles(parent_row, problems)
    if problems:
        raise TreeError(problems)
    entries = _grow(rows, parent_row)
    problems = entry_problems(entries, str(path))
    if problems:
        raise TreeError(problems)
    return TreeParts(
        entries=entries,
        name=FilePath(path).stem,
        levels=None,
        level_weights=None,
        source=str(path),
    )


def _one_parent_each(rows: list[Row], problems: list[str]) -> dict[str, Row]:
    """The row of each child; a second row of a child is a problem."""
    parent_row: dict[str, Row] = {}
    for row in rows:
        child, parent = row.cells["child"], row.cells["parent"]
        if not child:
            problems.append(f"{row.where}: empty child; write the name of the class")
            continue
        first = parent_row.setdefault(child, row)
        if first is row:
            continue
        if first.cells["parent"] == parent:
            problems.append(
                f"{row.where}: repeats '{parent}' > '{child}' (first at {first.where}); remove one"
            )
        else:
            problems.append(
                f"{row.where}: '{child}' has two parents, '{first.cells['parent']}' "
                f"({first.where}) and '{parent}'; a tree allows one, give two classes of one name "
                "different ids and a column 'name'"
            )
    return parent_row


def _report_cycles(parent_row: dict[str, Row], problems: list[str]) -> None:
    """Report each cycle once, at its first row."""
    settled: set[str] = set()
    order = {name: number for number, name in enumerate(parent_row)}
    for start in parent_row:
        way: dict[str, None] = {}
        node = start
        while node in parent_row and node not in settled and node not in way:
            way[node] = None
            node = parent_row[node].cells["parent"]
        if node in way:
            ring = list(way)[list(way).index(node) :]
            first = min(ring, key=order.__getitem__)
            turn = ring[ring.index(first) :] + ring[: ring.index(first)]
            names = [first, *reversed(turn)]
            shown = names if len(names) <= LONGEST_CYCLE else [*names[:4], "...", *names[-2:]]
            text = " > ".join(f"'{name}'" for name in shown)
            problems.append(f"{parent_row[first].where}: cycle {text}; remove one of its edges")
        settled.update(way)


def _grow(rows: list[Row], parent_row: dict[str, Row]) -> list[Entry]:
    """The entries of acyclic edges, in the order of the rows."""
    entries: dict[str, Entry] = {}
    top: list[Entry] = []
    for row in rows:
        for name in (row.cells["parent"], row.cells["child"]):
            if name and name not in entries:
                own = parent_row.get(name, row)
                listed = own.cells if name in parent_row else {}
                aliases = split_aliases(listed.get("aliases", ""))
                entries[name] = Entry(listed.get("name") or name, own.where, aliases)
                if not listed.get("parent"):
                    top.append(entries[name])
    for name, row in parent_row.items():
        if row.cells["parent"]:
            entries[row.cells["parent"]].children.append(entries[name])
    return top


def format_edges_csv(tree: LabelTree) -> str:
    r"""The CSV text of a tree; ids are names where these are unique, else paths with a name.

    Example:
        >>> from hierhash.labels import LabelTree
        >>> format_edges_csv(LabelTree.from_nested({"A": ["b"]}, name="t"))
        'parent,child\n,A\nA,b\n'
    """
    names = [node[-1] for node in tree.nodes]
    unique = len(set(names)) == len(names)
    columns = ["parent", "child"]
    columns += [] if unique else ["name"]
    columns += ["aliases"] if any(map(tree.aliases, tree.nodes)) else []
    rows = []
    for node in tree.nodes:
        cells = {
            "parent": _identity(node[:-1], unique),
            "child": _identity(node, unique),
            "name": node[-1],
            "aliases": join_aliases(tree.aliases(node)),
        }
        rows.append([cells[column] for column in columns])
    return format_rows(columns, rows)


def _identity(node: Path, unique: bool) -> str:
    return (node[-1] if node else "") if unique else format_path(node)
