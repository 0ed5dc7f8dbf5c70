"""A migration in a file: where the items of every node of an old tree go, as people can edit it.

A CSV of ``old,new,kind,look``: paths, the kind of change, and ``yes`` where a person must look.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path as File

from hierhash.errors import TreeError
from hierhash.labels.changes import Change
from hierhash.labels.paths import Path, format_path
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


def read_map(path: File, old: LabelTree, new: LabelTree) -> dict[Path, Path]:
    """Old nodes and where they went: a migration, or any CSV with the columns old and new.

    Rows without an old or a new node say nothing.

    Raises:
        TreeError: It cannot be read, lacks a column, or a node is not in its tree.
    """
    header, rows = read_csv(path, TreeError, strict=True)
    if missing := [name for name in COLUMNS[:2] if name not in header]:
        raise TreeError(f"{path}:1: no column '{missing[0]}'; a map has the columns old and new")
    found: dict[Path, Path] = {}
    problems = []
    for line, cells in rows:
        told = dict(zip(header, cells, strict=False))
        if not told.get("old", "").strip() or not told.get("new", "").strip():
            continue
        try:
            found[old.resolve(told["old"])] = new.resolve(told["new"])
        except TreeError as error:
            problems.append(f"{path}:{line}: {error}")
    if problems:
        raise TreeError(problems)
    return found
