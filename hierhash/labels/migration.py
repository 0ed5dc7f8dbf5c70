"""A migration in a file: where the items of every node of an old tree go, as people can edit it.

A CSV of ``old,new,kind,look``: paths, the kind of change, and ``yes`` where a person must look.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path as File

from hierhash.errors import TreeError
from hierhash.labels.changes import Change, Told
from hierhash.labels.paths import ROOT, Path, format_path
from hierhash.labels.tree import LabelTree
from hierhash.storage.csv_lines import format_csv, read_csv

COLUMNS = ("old", "new", "kind", "look")


def format_migration(changes: Iterable[Change]) -> str:
    """The CSV text of a migration; nodes that are new have an empty ``old``.

    Example:
        >>> format_migration([Change("renamed", ("Hats",), ("Caps",), True)]).splitlines()[1]
        'Hats,Caps,renamed,yes'
    """
    rows = [
        [format_path(one.old), format_path(one.new), one.kind, "yes" if one.look else ""]
        for one in changes
    ]
    return format_csv(list(COLUMNS), rows)


def read_map(path: File, old: LabelTree, new: LabelTree) -> dict[Path, Told]:
    """What became of old nodes: a migration, or any CSV with the columns old and new.

    A row of the kind ``dropped`` says that the node is gone and where its items go, to no label if
    ``new`` is empty; ``look`` stays as it is written. Other rows without a new node say nothing.

    Raises:
        TreeError: It cannot be read, lacks a column, names a node twice, or a node is not in its
            tree.
    """
    header, rows = read_csv(path, TreeError, strict=True)
    if missing := [name for name in COLUMNS[:2] if name not in header]:
        raise TreeError(f"{path}:1: no column '{missing[0]}'; a map has the columns old and new")
    found: dict[Path, Told] = {}
    problems = []
    for line, cells in rows:
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
        dropped = row.get("kind") == "dropped"
        if not row.get("old") or not (row.get("new") or dropped):
            continue
        try:
            node = old.resolve(row["old"])
            there = new.resolve(row["new"]) if row.get("new") else ROOT
        except TreeError as error:
            problems.append(f"{path}:{line}: {error}")
            continue
        if node in found:
            problems.append(f"{path}:{line}: '{row['old']}' stands twice; remove one")
        found[node] = Told(there, dropped, bool(row.get("look")))
    if problems:
        raise TreeError(problems)
    return found
