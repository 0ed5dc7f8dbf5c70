"""A label tree as CSV, one node a row: of edges, or of paths.

Edges: ``parent,child`` and perhaps ``name,aliases``. ``parent`` and ``child`` identify nodes; a
child's name is the column ``name``, or ``child`` itself where that is empty or missing. A node of
level 1 has an empty parent, or no row as a child. Siblings stand in the order of their rows.

Paths: with a column ``path`` each row holds a path as text (``A/B/C``). Otherwise each column is a
level, coarsest first, and the columns' names are the levels' names; a row's cells may end early.
Inner nodes need no row of their own; siblings stand in the order of their first row.

Either may have a column ``aliases``, several separated by ``|``; beside ``path`` a column ``id``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath

from hierhash.errors import TreeError, did_you_mean
from hierhash.labels.io.nodes import add_path
from hierhash.labels.paths import (
    ROOT,
    Path,
    clean_name,
    format_path,
    join_aliases,
    parse_path,
    split_aliases,
)
from hierhash.labels.raw_tree import (
    DEEPEST,
    Entry,
    TreeParts,
    entry_problems,
    level_problems,
    too_deep,
)
from hierhash.labels.structure import TreeStructure
from hierhash.storage.csv_lines import Numbered, format_csv, read_csv

COLUMNS = ("parent", "child", "name", "aliases")
LONGEST_CYCLE = 10  # names; a longer one is cut in the message
ALIASES = "aliases"


@dataclass(frozen=True)
class Row:
    """One row: its place ``FILE:LINE`` and its cells by column, without outer white space."""

    where: str
    cells: dict[str, str]


def read_rows(
    path: str | os.PathLike[str], delimiter: str = ","
) -> tuple[list[str], Iterator[Row]]:
    """The columns and rows of a CSV file with a header line; blank lines are skipped.

    Raises:
        TreeError: No header, two columns of one name; while reading: not UTF-8, broken quotes, or
            every row that has too many cells.
    """
    header, numbered = read_csv(path, TreeError, delimiter=delimiter, strict=True)
    columns = [_column(clean_name(cell)) for cell in header]
    if len(set(columns)) < len(columns) or "" in columns:
        raise TreeError(f"{path}:1: columns must have different names; correct the header")
    return columns, _rows(columns, numbered, str(path))


def _column(name: str) -> str:
    """A column that is known, however it is written; others are names of levels."""
    folded = name.lower()
    return folded if folded in (*COLUMNS, "path") else name


def _rows(columns: list[str], numbered: Numbered, source: str) -> Iterator[Row]:
    problems = []
    for line, cells in numbered:
        where = f"{source}:{line}"
        if len(cells) > len(columns):
            problems.append(
                f"{where}: {len(cells)} cells for {len(columns)} columns; quote a cell with commas"
            )
        filled = [*map(clean_name, cells), *[""] * (len(columns) - len(cells))]
        yield Row(where, dict(zip(columns, filled, strict=False)))
    if problems:
        raise TreeError(problems)


def read_edges_csv(path: str | os.PathLike[str], delimiter: str = ",") -> TreeParts:
    """The parts of the tree in a CSV of edges.

    Raises:
        TreeError: Every problem of the file with its line: two parents, cycles, repeats, ...
    """
    columns, found = read_rows(path, delimiter)
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


def format_edges_csv(tree: TreeStructure) -> str:
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
    return format_csv(columns, rows)


def _identity(node: Path, unique: bool) -> str:
    return (node[-1] if node else "") if unique else format_path(node)


def read_paths_csv(path: str | os.PathLike[str], delimiter: str = ",") -> TreeParts:
    """The parts of the tree in a CSV of paths.

    Raises:
        TreeError: Every problem of the file, each with its line.
    """
    columns, rows = read_rows(path, delimiter)
    level_columns = None if "path" in columns else [name for name in columns if name != ALIASES]
    found: dict[Path, Entry] = {ROOT: Entry("")}
    listed: dict[Path, str] = {}
    problems: list[str] = []
    for row in rows:
        node = _path_of(row, level_columns)
        if not node or "" in node:
            problems.append(f"{row.where}: empty name in the path; write every name above a node")
            continue
        if len(node) > DEEPEST:
            raise TreeError(too_deep(row.where))
        if node in listed:
            problems.append(
                f"{row.where}: duplicate path '{format_path(node)}' (first at {listed[node]}); "
                "remove one"
            )
            continue
        listed[node] = row.where
        entry = add_path(found, node, row.where)
        entry.aliases = split_aliases(row.cells.get(ALIASES, ""))
        entry.id = row.cells.get("id", "") if level_columns is None else ""
    entries = found[ROOT].children
    problems += entry_problems(entries, str(path)) if entries or not problems else []
    depth = max(map(len, found))
    names = level_columns[:depth] if level_columns else []
    problems += level_problems(names, len(names), f"{path}:1") if names else []
    if problems:
        raise TreeError(problems)
    return TreeParts(
        entries=entries,
        name=FilePath(path).stem,
        levels=names or None,
        level_weights=None,
        source=str(path),
    )


def _path_of(row: Row, level_columns: list[str] | None) -> Path:
    if level_columns is None:
        return parse_path(row.cells["path"])
    names = [row.cells[column] for column in level_columns]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def format_paths_csv(tree: TreeStructure) -> str:
    r"""The CSV text of a tree: its childless nodes, and inner nodes with aliases.

    The tree's name, level names and weights have no place in it.

    Example:
        >>> from hierhash.labels import LabelTree
        >>> format_paths_csv(LabelTree.from_nested({"A": ["b", "c"]}, name="t"))
        'path\nA/b\nA/c\n'
    """
    nodes = [node for node in tree.nodes if tree.aliases(node) or not tree.children(node)]
    if not any(tree.aliases(node) for node in nodes):
        return format_csv(["path"], [[format_path(node)] for node in nodes])
    rows = [[format_path(node), join_aliases(tree.aliases(node))] for node in nodes]
    return format_csv(["path", ALIASES], rows)
