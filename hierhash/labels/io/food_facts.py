"""A taxonomy in the blocks of Open Food Facts.

A block of lines is a class. ``< en:Beverages`` names a parent; ``en: Teas, tea`` gives its name in
a language and then other names there; lines of properties, ``wikidata:en: Q6097``, say nothing.
The first language of a block names the class; its id is language and name, as ``en:teas``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path as FilePath

from hierhash.errors import TreeError
from hierhash.labels.io.graph import Edge, Node, graph_parts
from hierhash.labels.io.text_lines import Line
from hierhash.labels.paths import clean_name
from hierhash.labels.raw_tree import LANGUAGE, TreeParts, shown

PARENT = re.compile(r"<\s*(?P<language>[A-Za-z]{2,3}(?:[-_]\w+)?)\s*:\s*(?P<name>\S.*)")
NAMES = re.compile(r"(?P<language>[A-Za-z]{2,3}(?:[-_]\w+)?)\s*:\s*(?P<names>.*)")
GLOBAL = ("synonyms:", "stopwords:")


def read_food_facts(text: str, source: str, every_parent: bool = False) -> TreeParts:
    r"""The parts of the tree of some blocks.

    Args:
        text: The file.
        source: Its name.
        every_parent: As in ``graph_parts``; most classes of Open Food Facts have several.

    Raises:
        TreeError: Every problem with its line.

    Example:
        >>> parts = read_food_facts("en: Drinks\nde: Getränke\n\n< en:Drinks\nen: Teas, tea\n", "t")
        >>> entry = parts["entries"][0]
        >>> entry.id, entry.names, entry.children[0].aliases
        ('en:drinks', (('de', 'Getränke'),), ('tea',))
    """
    nodes: dict[str, Node] = {}
    other: dict[str, str] = {}
    parents: list[tuple[str, str, str]] = []
    problems: list[str] = []
    for block in _blocks(text, source):
        if (read := _class(block, problems)) is None:
            continue
        own, node, above, also = read
        if own in nodes:
            first = nodes[own].where
            problems.append(f"{node.where}: '{own}' stands twice (first at {first}); remove one")
            continue
        nodes[own] = node
        other |= {one: own for one in also if one not in other}
        parents += [(own, one, where) for one, where in above]
    if problems:
        raise TreeError(problems)
    edges = [
        Edge(child, other.get(parent, parent) if parent not in nodes else parent, where)
        for child, parent, where in parents
    ]
    return graph_parts(nodes, edges, FilePath(source).stem, source, every_parent)


def are_food_facts(lines: list[Line]) -> bool:
    """Whether lines name parents as Open Food Facts does."""
    return any(PARENT.fullmatch(line.text.strip()) for line in lines)


def _blocks(text: str, source: str) -> Iterator[list[Line]]:
    """Lines between blank ones, comments left out."""
    block: list[Line] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not line.strip():
            if block:
                yield block
            block = []
        elif not line.startswith("#"):
            block.append(Line(line.strip(), f"{source}:{number}"))
    if block:
        yield block


def _class(
    block: list[Line], problems: list[str]
) -> tuple[str, Node, list[tuple[str, str]], list[str]] | None:
    """Id, class, parents with their places, and other ids of a block; None of one of settings."""
    told: dict[str, list[str]] = {}
    above: list[tuple[str, str]] = []
    for text, where in block:
        if text.startswith(GLOBAL):
            return None
        if (parent := PARENT.fullmatch(text)) is not None:
            above.append((_id(parent["language"], parent["name"]), where))
        elif (named := NAMES.fullmatch(text)) is not None and LANGUAGE.fullmatch(named["language"]):
            split = re.split(r"(?<!\\),", named["names"])
            own = [clean_name(name.replace("\\,", ",")) for name in split]
            told.setdefault(named["language"], []).extend(name for name in own if name)
        elif ":" not in text:
            problems.append(
                f"{where}: '{shown(text)}' is neither a parent (< en:Name) nor names "
                "(en: Name, other) nor a property (wikidata:en: Q1)"
            )
    told = {language: names for language, names in told.items() if names}
    if not told:
        problems.append(f"{block[0].where}: a block without a name; write one, as en: Name")
        return None
    [(language, names), *others] = told.items()
    aliases = tuple(dict.fromkeys(name for name in names[1:] if name != names[0]))
    also = [_id(own, name) for own, given in told.items() for name in given]
    node = Node(
        names[0],
        block[0].where,
        aliases,
        _id(language, names[0]),
        tuple((own, given[0]) for own, given in others),
    )
    return node.id, node, above, also


def _id(language: str, name: str) -> str:
    """``en:plant-based-foods``: what names a class in other blocks, however it is written."""
    words = re.findall(r"[^\W_]+", name.lower())
    return f"{language.lower()}:{'-'.join(words)}"
