"""The label tree of a folder: every subfolder is a class, files are left alone."""

from __future__ import annotations

import os
from pathlib import Path as FilePath

from hierhash.errors import TreeError
from hierhash.labels.raw_tree import DEEPEST, Entry, TreeParts, entry_problems


def read_folder(path: str | os.PathLike[str]) -> TreeParts:
    """The parts of the tree of a folder, subfolders in the order of their names.

    Hidden folders (leading dot) are skipped. Links to folders are followed, save one that leads
    back to a folder above it.

    Raises:
        TreeError: Not a folder, no subfolder, a linked cycle, or a name that cannot be a class.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as top:
        ...     os.makedirs(f"{top}/Shoes/Heels")
        ...     [entry.name for entry in read_folder(top)["entries"][0].children]
        ['Heels']
    """
    folder = FilePath(path)
    if not folder.is_dir():
        raise TreeError(f"{path}: not a folder; give a folder whose subfolders are the classes")
    problems: list[str] = []
    entries = _below(folder, (folder.resolve(),), problems)
    if not entries and not problems:
        problems = [f"{path}: no subfolders; make one folder per class"]
    problems += entry_problems(entries, str(path)) if entries else []
    if problems:
        raise TreeError(problems)
    return TreeParts(
        entries=entries,
        name=folder.resolve().name or "tree",
        levels=None,
        level_weights=None,
        source=str(path),
    )


def _below(folder: FilePath, above: tuple[FilePath, ...], problems: list[str]) -> list[Entry]:
    try:
        inside = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    except OSError as error:
        problems.append(f"{folder}: {error.strerror}; make the folder readable")
        return []
    entries = []
    for child in inside:
        real = child.resolve()
        if real in above:
            problems.append(f"{child}: a link back to {real}; remove the link")
            continue
        # One level past the limit is enough for the check of depth to report it.
        children = _below(child, (*above, real), problems) if len(above) <= DEEPEST else []
        entries.append(Entry(child.name, str(child), children=children))
    return entries
