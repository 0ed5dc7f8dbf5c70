"""A taxonomy as lines of whole paths: ``A > B > C``, with or without an id before it.

Google writes ``166 - Apparel > Hats``, Shopify ``gid://shopify/TaxonomyCategory/aa : Apparel``. The
sign between names is the one of ``DELIMITERS`` that most lines have, unless it is given; the id is
what stands before `` - ``, `` : `` or a tab, where all lines have such a thing and no two the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path as FilePath

from hierhash.errors import TreeError
from hierhash.labels.io.nodes import add_path
from hierhash.labels.io.text_lines import Line, taxonomy_lines
from hierhash.labels.paths import ROOT, Path, clean_name, format_path
from hierhash.labels.raw_tree import DEEPEST, Entry, TreeParts, entry_problems, too_deep

DELIMITERS = (" > ", ">", "|", "→", " / ", "::", ";", "/", "\\")
ID = re.compile(r"(?P<id>\S+)(?:\s+[-:]\s+|\s*\t\s*)(?P<path>\S.*)")


def read_path_lines(text: str, source: str, delimiter: str | None = None) -> TreeParts:
    r"""The parts of the tree of some paths; inner nodes need no line of their own.

    Args:
        text: The file.
        source: Its name.
        delimiter: Between the names; None finds it.

    Raises:
        TreeError: Every problem with its line.

    Example:
        >>> parts = read_path_lines("1 - Wear\n2 - Wear > Hats\n", "t.txt")
        >>> [(entry.id, entry.children[0].id) for entry in parts["entries"]]
        [('1', '2')]
    """
    lines = taxonomy_lines(text, source)
    between = delimiter or delimiter_of(lines) or DELIMITERS[0]
    found: dict[Path, Entry] = {ROOT: Entry("")}
    problems: list[str] = []
    listed: dict[Path, str] = {}
    for own, path, where in _told(lines, between):
        if "" in path:
            problems.append(f"{where}: empty name in the path; write every name above a node")
        elif len(path) > DEEPEST:
            raise TreeError(too_deep(where))
        elif path in listed:
            problems.append(
                f"{where}: duplicate path '{format_path(path)}' (first at {listed[path]}); "
                "remove one"
            )
        else:
            listed[path] = where
            entry = add_path(found, path, where)
            entry.id, entry.where = own, where
    entries = found[ROOT].children
    problems += entry_problems(entries, source) if entries or not problems else []
    if problems:
        raise TreeError(problems)
    return TreeParts(
        entries=entries,
        name=FilePath(source).stem,
        levels=None,
        level_weights=None,
        source=source,
    )


def delimiter_of(lines: Sequence[Line]) -> str | None:
    """The sign that most lines have between names; None where hardly any line has one."""
    counts = {one: sum(one in _without_id(line.text) for line in lines) for one in DELIMITERS}
    best = max(DELIMITERS, key=lambda one: counts[one])
    # In a list of classes a slash may stand in a name here and there.
    return best if lines and counts[best] >= (1 if best == " > " else len(lines) / 2) else None


def _without_id(text: str) -> str:
    """A line less what may be its id, which may hold slashes."""
    found = ID.fullmatch(text)
    return found["path"] if found else text


def _told(lines: Sequence[Line], delimiter: str) -> list[tuple[str, Path, str]]:
    """Id, path and place of each line."""
    found = [ID.fullmatch(line.text.strip()) for line in lines]
    ids = [one["id"] for one in found if one is not None]
    with_ids = len(ids) == len(lines) and len(set(ids)) == len(ids)
    told = []
    for line, one in zip(lines, found, strict=True):
        own, rest = (one["id"], one["path"]) if with_ids and one is not None else ("", line.text)
        told.append((own, _names(rest, delimiter), line.where))
    return told


def _names(text: str, delimiter: str) -> Path:
    """The names of a path; two signs in a row have an empty name between them."""
    sign = delimiter.strip() or delimiter
    names = (clean_name(name) for name in text.split(delimiter))
    return tuple("" if name.startswith(sign) or name.endswith(sign) else name for name in names)
