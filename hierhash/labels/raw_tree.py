"""A tree as read: what every reader hands to `LabelTree`, and the checks of its names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TypedDict

from hierhash.errors import TreeError
from hierhash.labels.paths import ROOT, Path, clean_name, format_path, name_problem
from hierhash.labels.weights import WeightSpec

LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
MOST_SHOWN = 30
DEEPEST = 100  # far beyond any label tree; bounds recursion
TOO_DEEP = f"the tree is deeper than {DEEPEST} levels; flatten it"


@dataclass
class Entry:
    """One node as read: its name, other names, children in file order, and where it stands.

    ``id`` is what the shop calls it, "" where it has none; ``names`` are language and name. A class
    that stands below several parents has its id at all of these places.

    Example:
        >>> [format_path(path) for path, _ in walk([Entry("A", children=[Entry("b"), Entry("c")])])]
        ['A', 'A/b', 'A/c']
    """

    name: str
    where: str = ""
    aliases: tuple[str, ...] = ()
    children: list[Entry] = field(default_factory=list)
    id: str = ""
    names: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Bring names to the form in which they are kept."""
        self.name = clean_name(self.name)
        self.aliases = tuple(clean_name(alias) for alias in self.aliases)
        self.id = clean_name(self.id)
        self.names = tuple((language, clean_name(name)) for language, name in self.names)


def walk(entries: Sequence[Entry], above: Path = ROOT) -> Iterator[tuple[Path, Entry]]:
    """Every entry with its path, parents first, in file order."""
    open_lists = [(above, iter(entries))]
    while open_lists:
        here, rest = open_lists[-1]
        entry = next(rest, None)
        if entry is None:
            open_lists.pop()
            continue
        path = (*here, entry.name)
        yield path, entry
        open_lists.append((path, iter(entry.children)))


def too_deep(where: str) -> str:
    """The message about a node below the deepest level."""
    return f"{where}: {TOO_DEEP}"


def entry_problems(entries: Sequence[Entry], source: str) -> list[str]:
    """All that is wrong with names, aliases and siblings; one line each, led by ``entry.where``.

    Args:
        entries: The nodes of level 1 with all below them.
        source: Leads the messages about the tree as a whole.

    Example:
        >>> entry_problems([Entry("A", "t.yaml:2"), Entry("A", "t.yaml:5")], "t.yaml")
        ["t.yaml:5: duplicate path 'A' (first at t.yaml:2); rename or remove one"]
    """
    if not entries:
        return [f"{source}: the tree has no nodes; list at least one class"]
    problems = _sibling_problems(entries, ROOT)
    known: dict[str, Entry] = {}
    for path, entry in walk(entries):
        if len(path) > DEEPEST:
            return [too_deep(entry.where)]
        for name in (entry.name, *entry.aliases):
            wrong = name_problem(name)
            if wrong:
                problems.append(f"{entry.where}: {wrong}")
        problems += _id_problems(entry, known) if entry.id else []
        problems += _language_problems(entry) if entry.names else []
        problems += _sibling_problems(entry.children, path)
    return problems


def _id_problems(entry: Entry, known: dict[str, Entry]) -> list[str]:
    """An id that is no text, or that another class has; places of one class may share it."""
    first = known.setdefault(entry.id, entry)
    if (wrong := name_problem(entry.id)) is not None:
        return [f"{entry.where}: id: {wrong}"]
    if first.name != entry.name:
        return [
            f"{entry.where}: id '{entry.id}' is that of '{first.name}' (at {first.where}); give "
            f"'{entry.name}' another"
        ]
    return []


def _language_problems(entry: Entry) -> list[str]:
    """Languages that are none, and names that are none."""
    problems = [
        f"{entry.where}: names: '{shown(language)}' is no language; write its code, as de or zh-TW"
        for language, _ in entry.names
        if not LANGUAGE.fullmatch(language)
    ]
    return problems + [
        f"{entry.where}: names: {language}: {wrong}"
        for language, name in entry.names
        if (wrong := name_problem(name)) is not None
    ]


def shown(text: str) -> str:
    """A text cut to what fits a message.

    Example:
        >>> shown("x" * 50)
        'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'
    """
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


def _sibling_problems(siblings: Sequence[Entry], above: Path) -> list[str]:
    """Two siblings of one name; an alias that is also another sibling's name or alias."""
    problems = []
    owner: dict[str, Entry] = {}
    for entry in siblings:
        if entry.name and entry.name in owner:
            path = format_path((*above, entry.name))
            first = owner[entry.name].where
            problems.append(
                f"{entry.where}: duplicate path '{path}' (first at {first}); rename or remove one"
            )
        owner.setdefault(entry.name, entry)
    for entry in siblings:
        for alias in entry.aliases:
            other = owner.setdefault(alias, entry)
            if other is not entry or alias == entry.name:
                path = format_path((*above, other.name))
                problems.append(
                    f"{entry.where}: alias '{alias}' already names '{path}'; remove the alias"
                )
    return problems


class TreeParts(TypedDict):
    """The arguments of `LabelTree`, as read from a file or folder."""

    entries: list[Entry]
    name: str
    levels: list[str] | None
    level_weights: WeightSpec | None
    source: str


def parts_of_file(entries: list[Entry], source: str, problems: list[str]) -> TreeParts:
    """The parts of the tree of a file that tells nodes alone; the file's stem is its name.

    Args:
        entries: The nodes of level 1.
        source: The file.
        problems: What was found wrong while it was read.

    Raises:
        TreeError: Those problems, and all that is wrong with the names.
    """
    found = problems + (entry_problems(entries, source) if entries or not problems else [])
    if found:
        raise TreeError(found)
    name = FilePath(source).stem
    return TreeParts(entries=entries, name=name, levels=None, level_weights=None, source=source)


def title_problems(name: str, where: str) -> list[str]:
    r"""What is wrong with the name of a tree.

    Example:
        >>> title_problems("a" + chr(7), "t.yaml:1")
        ["t.yaml:1: name: the name 'a\\x07' holds a control character or line break; remove it"]
    """
    wrong = name_problem(name) if name else None
    return [f"{where}: name: {wrong}"] if wrong else []


def level_problems(levels: Sequence[str], depth: int, where: str) -> list[str]:
    """What is wrong with the names of levels 1..L.

    Example:
        >>> level_problems(["department"], 2, "t.yaml:1")
        ['t.yaml:1: levels: 1 name for a tree of depth 2; name each level but the root']
    """
    names = [clean_name(level) for level in levels]
    problems = []
    if len(names) != depth:
        count = f"{len(names)} name{'s' if len(names) != 1 else ''}"
        problems.append(
            f"{where}: levels: {count} for a tree of depth {depth}; name each level but the root"
        )
    if len(set(names)) < len(names) or "" in names:
        problems.append(f"{where}: levels: names must be different and not empty")
    problems += [
        f"{where}: levels: {wrong}" for name in names if name and (wrong := name_problem(name))
    ]
    return problems
