"""A label tree as a CSV of paths, one node a row.

Two forms are read. With a column ``path`` each row holds a path as text (``A/B/C``). Otherwise
each column is a level, coarsest first, and the columns' names are the levels' names; a row's
cells may end early. Either may have a column ``aliases``, several separated by ``|``. Inner nodes
need no row of their own; siblings stand in the order of their first row.
"""

from __future__ import annotations

import os
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from hierhash.errors import TreeError
from hierhash.labels.csv_rows import Row, format_rows, join_aliases, read_rows, split_aliases
from hierhash.labels.entries import DEEPEST, Entry, entry_problems, too_deep
from hierhash.labels.parts import TreeParts
from hierhash.labels.path_list import add_path
from hierhash.labels.paths import ROOT, Path, format_path, parse_path
from hierhash.labels.structure import level_problems

if TYPE_CHECKING:
    from hierhash.labels.tree import LabelTree

ALIASES = "aliases"


def read_paths_csv(path: str | os.PathLike[str]) -> TreeParts:
    """The parts of the tree in a CSV of paths.

    Raises:
        TreeError: Every problem of the file, each with its line.
    """
    columns, rows = read_rows(path)
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


def format_paths_csv(tree: LabelTree) -> str:
    r"""The CSV text of a tree: its childless nodes, and inner nodes with aliases.

    The tree's name, level names and weights have no place in it.

    Example:
        >>> from hierhash.labels import LabelTree
        >>> format_paths_csv(LabelTree.from_nested({"A": ["b", "c"]}, name="t"))
        'path\nA/b\nA/c\n'
    """
    nodes = [node for node in tree.nodes if tree.aliases(node) or not tree.children(node)]
    if not any(tree.aliases(node) for node in nodes):
        return format_rows(["path"], [[format_path(node)] for node in nodes])
    rows = [[format_path(node), join_aliases(tree.aliases(node))] for node in nodes]
    return format_rows(["path", ALIASES], rows)
