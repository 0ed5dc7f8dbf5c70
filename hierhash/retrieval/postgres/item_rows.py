"""What of an item is stored: its code and line as they are, and what it can be found by.

Where other terms, words or numbers are made of an item, those in databases are made again by a step
of ``migrations``: ``verify`` holds them to what is made here.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from hierhash.errors import RunError
from hierhash.labels.facets import CATEGORY, cell_values
from hierhash.labels.items import ItemLabels
from hierhash.labels.paths import Path as Node
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.columns import cells_of, number_of
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.words_search import said_of, words_of

MOST_WORDS = 1_000_000
"""Bytes of an item's words, with 4 for each; a tsvector holds 1 MB."""
HASHED = "sha256:"
LONGEST = 1000
"""Bytes of a text that is looked up; PostgreSQL's indexes take 2,700."""
Labels = dict[str, list[Node]]


class ItemRow(NamedTuple):
    """One item; ``cells`` are of (column, value, number)."""

    id: str
    code: str
    line: bytes
    labels: str
    terms: list[str]
    words: list[str]
    cells: list[tuple[str, str | None, float | None]]
    sha256: bytes


def item_rows(index: ExactIndex, trees: Mapping[str, LabelTree]) -> Iterator[ItemRow]:
    """The items of an index, in order.

    Args:
        index: The index.
        trees: What they are filed in, by name.

    Raises:
        RunError: A label is not one of the trees', or not what the item's line says.
    """
    every = {name: _paths(own, trees[name]) for name, own in _labels(index).items()}
    bits = np.unpackbits(index.codes, axis=1) + ord("0")
    for row in range(len(index)):
        labels = {name: own[row] for name, own in every.items()}
        item = index.item(row)
        if set(labels[CATEGORY]) != {tuple(path) for path in item["paths"]}:
            raise RunError(
                f"'{item['id']}' was filed in another tree than the index; code it again"
            )
        yield _item_row(item, bits[row].tobytes().decode(), index.lines[row], labels)


def _words(item: Mapping[str, object]) -> list[str]:
    """The words that an item is found by: as many of its first as PostgreSQL keeps of a text."""
    words: set[str] = set()
    left = MOST_WORDS
    for word in dict.fromkeys(map(looked_up, words_of(said_of(item)))):
        left -= len(word.encode()) + 4
        if left < 0:
            break
        words.add(word)
    return sorted(words)


def _item_row(item: Mapping[str, object], code: str, line: bytes, labels: Labels) -> ItemRow:
    text = json.dumps({name: [list(path) for path in own] for name, own in labels.items()})
    return ItemRow(
        looked_up(str(item["id"])),
        code,
        line,
        text,
        sorted(_terms(item, labels)),
        _words(item),
        list(_cells(item)),
        checksum(code, line, text),
    )


def checksum(code: str, line: bytes, labels: str) -> bytes:
    """SHA-256 of all that is stored of an item and cannot be made from the rest."""
    return hashlib.sha256(b"\0".join((code.encode(), line, labels.encode()))).digest()


def labels_from(text: str) -> Labels:
    """The paths of an item by tree, from the text that is stored."""
    return {name: [tuple(path) for path in own] for name, own in json.loads(text).items()}


def looked_up(text: str) -> str:
    """A text as it is looked up: itself, or its hash where PostgreSQL could not keep it.

    Example:
        >>> looked_up("AB-12"), len(looked_up("A" * 5000))
        ('AB-12', 71)
    """
    whole = text.encode("utf-8", "surrogatepass")
    try:
        whole.decode()
    except UnicodeDecodeError:
        is_text = False
    else:
        is_text = "\0" not in text
    if is_text and len(whole) <= LONGEST:
        return text
    return HASHED + hashlib.sha256(whole).hexdigest()


def node_term(tree: str, node: Node) -> str:
    """The term of the items at or below a node.

    Example:
        >>> node_term("category", ("Wear", "Größe"))
        '["node", "category", "Wear", "Größe"]'
    """
    return _term("node", tree, *node)


def unknown_term(tree: str) -> str:
    """The term of the items without a label in a tree."""
    return _term("unknown", tree)


def value_term(column: str, value: str) -> str:
    """The term of the items with a value in a column, in any mixture of upper and lower case."""
    return _term("value", column, value.casefold())


@lru_cache(1 << 16)
def _term(*parts: str) -> str:
    return looked_up(json.dumps(parts, ensure_ascii=False))


def _terms(item: Mapping[str, object], labels: Labels) -> Iterator[str]:
    found: dict[str, None] = {}
    for name, paths in labels.items():
        for path in paths:
            for level in range(1, len(path) + 1):
                found[node_term(name, path[:level])] = None
        if not paths:
            found[unknown_term(name)] = None
    for column, cell in cells_of(item).items():
        for value in cell_values(str(cell)):
            found[value_term(column, value)] = None
    yield from found


def _cells(item: Mapping[str, object]) -> Iterator[tuple[str, str | None, float | None]]:
    """Columns with their values; a cell that is a number has one value, and an empty one none."""
    for column, cell in cells_of(item).items():
        number = number_of(cell)
        known = None if math.isnan(number) else number
        values: list[str | None] = [*dict.fromkeys(cell_values(str(cell)))]
        for place, value in enumerate(values or [None]):
            shown = None if value is None else looked_up(value)
            yield looked_up(column), shown, known if place == 0 else None


def _labels(index: ExactIndex) -> dict[str, ItemLabels]:
    return {CATEGORY: index.labels, **index.facets}


def _paths(labels: ItemLabels, tree: LabelTree) -> list[list[Node]]:
    """The label paths of every item."""
    levels: Sequence[Sequence[Node]] = [tree.nodes_at(level + 1) for level in range(tree.depth)]
    if labels.depth != tree.depth:
        raise RunError(f"the items are filed in another tree than '{tree.name}'; code them again")
    depths = (labels.codes >= 0).sum(axis=1).tolist()
    try:
        every = [
            levels[depth - 1][code[depth - 1]]
            for code, depth in zip(labels.codes.tolist(), depths, strict=True)
        ]
    except IndexError as error:
        raise RunError(
            f"the items are filed in another tree than '{tree.name}'; code them again"
        ) from error
    bounds = labels.offsets.tolist()
    return [every[start:end] for start, end in pairwise(bounds)]
