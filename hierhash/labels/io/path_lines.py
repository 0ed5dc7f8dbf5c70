"""A taxonomy as lines of whole paths: ``A > B > C``, with or without an id before it.

Google writes ``166 - Apparel > Hats``, Shopify ``gid://shopify/TaxonomyCategory/aa : Apparel``. The
sign between names is the one of ``DELIMITERS`` that most lines have, unless it is given; the id is
what stands before `` - ``, `` : `` or a tab, where nearly all lines have such a thing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hierhash.errors import TreeError
from hierhash.labels.io.nodes import add_path
from hierhash.labels.io.text_lines import Line, taxonomy_lines
from hierhash.labels.paths import ROOT, Path, clean_name, format_path
from hierhash.labels.raw_tree import DEEPEST, Entry, TreeParts, parts_of_file, too_deep

SPACED = (" > ", " | ", " → ", " » ", " :: ", " ; ", " / ")
TIGHT = (">", "|", "→", "»", "::", ";", "/", "\\")
DELIMITERS = SPACED + TIGHT
FEW = 0.3
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
    for own, path, where in _told(lines, between, problems):
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
    return parts_of_file(found[ROOT].children, source, problems)


def delimiter_of(lines: Sequence[Line]) -> str | None:
    """The sign that stands between names; None where few lines have one.

    Signs with spaces around them come first: ``Audio/Video`` may be a name.
    """
    bare = [_without_id(line.text) for line in lines]
    for signs in (SPACED, TIGHT):
        counts = {one: sum(one in text for text in bare) for one in signs}
        best = max(signs, key=lambda one: counts[one])
        needed = FEW if signs is SPACED else 0.5
        if counts[best] and counts[best] >= needed * len(lines):
            return best
    return None


def have_ids(lines: Sequence[Line]) -> bool:
    """Whether nearly all lines begin with an id of their own, a number or a longer code."""
    found = [ID.fullmatch(line.text.strip()) for line in lines]
    ids = [one["id"] for one in found if one is not None and re.search(r"[\d:/]", one["id"])]
    return bool(ids) and len(ids) >= 0.8 * len(lines) and len(set(ids)) >= 0.8 * len(ids)


def _without_id(text: str) -> str:
    """A line less what may be its id, which may hold slashes."""
    found = ID.fullmatch(text)
    return found["path"] if found else text


def _told(
    lines: Sequence[Line], delimiter: str, problems: list[str]
) -> list[tuple[str, Path, str]]:
    """Id, path and place of each line."""
    # What parts names cannot part an id from them.
    with_ids = delimiter.strip() not in ("-", ":", "") and have_ids(lines)
    told = []
    for line in lines:
        found = ID.fullmatch(line.text.strip()) if with_ids else None
        if with_ids and found is None:
            problems.append(f"{line.where}: no id, which the other lines have; write one")
        own, rest = (found["id"], found["path"]) if found else ("", line.text)
        told.append((own, _names(rest, delimiter), line.where))
    return told


def _names(text: str, delimiter: str) -> Path:
    """The names of a path; two signs in a row have an empty name between them."""
    sign = delimiter.strip() or delimiter
    names = (clean_name(name) for name in text.split(delimiter))
    return tuple("" if name.startswith(sign) or name.endswith(sign) else name for name in names)
