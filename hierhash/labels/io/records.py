"""A taxonomy as records with ids: ``{id, parent_id, name}``, in JSON, YAML or a CSV.

A record names its parent (or parents), or its children; ids, or whole records. Keys are known by
the names that shops use for them (``KEYS``); ``name_de``, ``name:de`` or a mapping by language give
names in other languages. Other keys are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from hierhash.errors import TreeError
from hierhash.labels.io.graph import Edge, Node, graph_parts
from hierhash.labels.paths import split_aliases
from hierhash.labels.raw_tree import DEEPEST, LANGUAGE, TOO_DEEP, TreeParts
from hierhash.storage.yaml_lines import Value

KEYS = {
    "id": ("id", "gid", "key", "uid", "code", "category_id", "categoryid", "node_id"),
    "parent": ("parent", "parents", "parent_id", "parentid", "parent_ids", "parent_code"),
    "name": ("name", "title", "label", "category_name"),
    "children": ("children", "child_ids", "children_ids", "subcategories"),
    "aliases": ("aliases", "synonyms", "alternative_names"),
}
NOTHING = ("", "null", "none", "nil", "~")
IN_LANGUAGE = re.compile(r"(?:name|title|label)[_:](?P<language>.+)")
Record = dict[str, Value]


@dataclass
class _Read:
    """What was read of all records."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def are_records(value: Value) -> bool:
    """Whether a document is a list or mapping of records that name parents or ids of children.

    A tree in our own nested form is none.
    """
    records = _records(value)
    if not records or not all(_key(record, "name") or _key(record, "id") for _, record in records):
        return False
    with_parent = any(_key(record, "parent") for _, record in records)
    ids = {_text(record, "id") or own for own, record in records} - {""}
    below = [one.text for _, record in records for one in _children(record) if one.kind == "text"]
    return with_parent or (bool(below) and ids >= set(below))


def read_records(value: Value, source: str, every_parent: bool = False) -> TreeParts:
    """The parts of the tree of some records.

    Args:
        value: A list of records, a mapping from ids to records, or a mapping with such a list.
        source: The file's name.
        every_parent: As in ``graph_parts``.

    Raises:
        TreeError: Every problem with its line.

    Example:
        >>> from hierhash.labels.io.nodes import from_python
        >>> rows = [{"id": 1, "name": "Wear"}, {"id": 2, "parent_id": 1, "title": "Hats"}]
        >>> read_records(from_python(rows, "t"), "t")["entries"][0].children[0].id
        '2'
    """
    read = _Read()
    for own, record in _records(value):
        _add(read, own, record, "", 1)
    if not read.nodes and not read.problems:
        raise TreeError(f"{source}: no records with a name; give id, parent_id and name of each")
    if read.problems:
        raise TreeError(read.problems)
    # A parent of 0 is the root of many shops, where no record is called so.
    edges = [one for one in read.edges if one.parent != "0" or "0" in read.nodes]
    return graph_parts(read.nodes, edges, FilePath(source).stem, source, every_parent)


def _records(value: Value) -> list[tuple[str, Record]]:
    """Each record with the id that its key says, if any."""
    if value.kind == "mapping":
        lists = [own for _, own in value.pairs if own.kind == "list" and own.items]
        if len(lists) == 1 and all(own.kind != "mapping" for _, own in value.pairs):
            return _records(lists[0])
        found = [(key.text, _record(own)) for key, own in value.pairs if own.kind == "mapping"]
        return found if len(found) == len(value.pairs) else []
    found = [("", _record(one)) for one in value.items if one.kind == "mapping"]
    return found if len(found) == len(value.items) else []


def _record(value: Value) -> Record:
    """By lower-case key; the place of the record stands under ``""``."""
    return {key.text.strip().lower(): own for key, own in value.pairs} | {"": value}


def _key(record: Record, of: str) -> Value | None:
    return next((record[key] for key in KEYS[of] if key in record), None)


def _text(record: Record, of: str) -> str:
    value = _key(record, of)
    return value.text.strip() if value is not None and value.kind == "text" else ""


def _children(record: Record) -> list[Value]:
    value = _key(record, "children")
    return value.items if value is not None and value.kind == "list" else []


def _add(read: _Read, own: str, record: Record, above: str, depth: int) -> str:
    """Adds a record and those within it; gives its id."""
    where = record[""].where
    name, names = _names(record)
    own = _text(record, "id") or own or name
    if depth > DEEPEST:
        raise TreeError(f"{where}: {TOO_DEEP}")
    if not own:
        read.problems.append(f"{where}: a record without id and name; give both")
        return ""
    if own in read.nodes:
        first = read.nodes[own].where
        read.problems.append(f"{where}: the id '{own}' stands twice (first at {first}); remove one")
        return own
    read.nodes[own] = Node(name or own, where, _aliases(record), own, names)
    for parent in [above, *_parents(record)]:
        if parent:
            read.edges.append(Edge(own, parent, where))
    for child in _children(record):
        if child.kind == "mapping":
            _add(read, "", _record(child), own, depth + 1)
        elif child.kind == "text":
            read.edges.append(Edge(child.text.strip(), own, child.where))
    return own


def _parents(record: Record) -> list[str]:
    value = _key(record, "parent")
    if value is None:
        return []
    items = value.items if value.kind == "list" else [value]
    return [
        one.text.strip()
        for one in items
        if one.kind == "text" and one.text.strip().lower() not in NOTHING
    ]


def _names(record: Record) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The name, and those in other languages; of names by language alone the first one."""
    value = _key(record, "name")
    by_language = record.get("names", value)
    pairs: list[tuple[str, str]] = []
    if by_language is not None and by_language.kind == "mapping":
        pairs += [(key.text, own.text) for key, own in by_language.pairs if own.kind == "text"]
    for key, own in record.items():
        found = IN_LANGUAGE.fullmatch(key)
        if found and own.kind == "text" and own.text and LANGUAGE.fullmatch(found["language"]):
            pairs.append((found["language"], own.text))
    name = _text(record, "name")
    if not name and pairs:
        name, pairs = pairs[0][1], pairs[1:]
    return name, tuple(pairs)


def _aliases(record: Record) -> tuple[str, ...]:
    value = _key(record, "aliases")
    if value is None:
        return ()
    if value.kind == "text":
        return split_aliases(value.text)
    return tuple(one.text for one in value.items if one.kind == "text" and one.text.strip())


def rows_as_records(rows: Iterator[tuple[str, Mapping[str, str]]], source: str) -> Value:
    """The rows of a CSV, each its place and cells by column, as a list of records."""
    records = [
        Value(
            "mapping",
            where,
            pairs=[
                (Value("text", where, column), Value("text", where, cell))
                for column, cell in cells.items()
                if cell
            ],
        )
        for where, cells in rows
    ]
    return Value("list", source, items=records)
