"""Entries from a list of paths."""

from __future__ import annotations

from collections.abc import Iterable

from hierhash.labels.entries import DEEPEST, Entry, too_deep
from hierhash.labels.paths import ROOT, Path, clean_name, parse_path


def entries_from_paths(paths: Iterable[Path | str], source: str) -> tuple[list[Entry], list[str]]:
    """The entries of a list of paths, and the problems of those that are none.

    Example:
        >>> entries, problems = entries_from_paths(["A/b", "A", "C"], "list")
        >>> [(entry.name, len(entry.children)) for entry in entries], problems
        ([('A', 1), ('C', 0)], [])
        >>> entries_from_paths(["A//b"], "list")[1]
        ["list: item 0: 'A//b' holds an empty name; write every name of the path"]
    """
    found: dict[Path, Entry] = {ROOT: Entry("")}
    problems = []
    for i, given in enumerate(paths):
        path = parse_path(given) if isinstance(given, str) else tuple(map(clean_name, given))
        where = f"{source}: item {i}"
        if not path or "" in path:
            what = given if isinstance(given, str) else "/".join(given)
            problems.append(f"{where}: '{what}' holds an empty name; write every name of the path")
            continue
        if len(path) > DEEPEST:
            problems.append(too_deep(where))
            continue
        add_path(found, path, where)
    return found[ROOT].children, problems


def add_path(found: dict[Path, Entry], path: Path, where: str) -> Entry:
    """Make the entry of a path, and of those above it, unless they are there.

    Args:
        found: Entries by path; holds at least the root. Receives the new ones.
        path: A path without empty names.
        where: The place that new entries get.

    Returns:
        The entry of the path.
    """
    for depth in range(1, len(path) + 1):
        if path[:depth] not in found:
            entry = Entry(path[depth - 1], where)
            found[path[:depth]] = entry
            found[path[: depth - 1]].children.append(entry)
    return found[path]
