"""A taxonomy as records with ids: ``{id, parent_id, name}``, in JSON, YAML or a CSV.

A record names its parent (or parents), or its children; ids, or whole records. Keys are known by
the names that shops use for them (``KEYS``); ``name_de``, ``name:de`` or a mapping by language give
names in other languages. Other keys are left alone.
"""

from __future__ import annotations

import re
from collections import Counter
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
    "parent": (
        "parent",
        "parents",
        "parent_id",
        "parentid",
        "parent_ids",
        "parent_code",
        "parent_key",
        "parent_category_id",
        "parent_name",
    ),
    "name": ("name", "title", "label", "category_name"),
    "children": ("children", "child_ids", "children_ids", "subcategories"),
    "aliases": ("aliases", "synonyms", "alternative_names"),
}
NOTHING = ("", "null", "none", "nil", "nan", "~")
OWN_FORM = {"name", "id", "names", "aliases", "children"}
IN_LANGUAGE = re.compile(r"(?:name|title|label)[_:](?P<language>.+)")
Record = dict[str, Value]


@dataclass
class _Read:
    """What was read of all records; a stub is named within another record and may be told later."""

    stubs: set[str] = field(default_factory=set)
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def are_records(value: Value) -> bool:
    """Whether a document is records that name parents or children, and no tree in our own form."""
    if value.kind == "mapping" and any(key.text == "tree" for key, _ in value.pairs):
        return False
    records = _records(value)
    if not records or not all(_key(record, "name") or _key(record, "id") for _, record in records):
        return False
    if any(_key(record, "parent") for _, record in records):
        return True
    ids = {_text(record, "id") or own for own, record in records} - {""}
    below = [one for _, record in records for one in _children(record)]
    named = [one.text for one in below if one.kind == "text"]
    # Whole records within others, by keys that are none of our own long form.
    keys = {key for _, record in records for key in record} - {""}
    nested = any(one.kind == "mapping" for one in below) and not keys <= OWN_FORM
    return nested or (bool(named) and ids >= set(named))


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
    by_name = _only_names(read.nodes)
    edges = [one._replace(parent=_parent(one.parent, read.nodes, by_name)) for one in read.edges]
    # A parent of 0 is the root of many shops, where no record is called so.
    edges = [one for one in edges if one.parent != "0" or "0" in read.nodes]
    return graph_parts(read.nodes, edges, FilePath(source).stem, source, every_parent)


def _only_names(nodes: Mapping[str, Node]) -> dict[str, str]:
    """The id of each name that one class alone has."""
    counts = Counter(node.name for node in nodes.values())
    return {node.name: own for own, node in nodes.items() if counts[node.name] == 1}


def _parent(told: str, nodes: Mapping[str, Node], by_name: Mapping[str, str]) -> str:
    """The id that a parent is told by: itself, less the .0 of a table's number, or a name."""
    if told in nodes:
        return told
    whole = told.removesuffix(".0")
    return whole if whole in nodes else by_name.get(told, told)


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
    return {folded(key.text): own for key, own in value.pairs} | {"": value}


def folded(key: str) -> str:
    """How a key or column is compared: ``Parent ID`` is parent_id.

    Example:
        >>> folded(" Parent ID"), folded("parent-id")
        ('parent_id', 'parent_id')
    """
    return re.sub(r"[\s-]+", "_", key.strip().lower())


def _key(record: Record, of: str) -> Value | None:
    return next((record[key] for key in KEYS[of] if key in record), None)


def _text(record: Record, of: str) -> str:
    value = _key(record, of)
    if value is None or value.kind != "text" or (value.plain and value.text.lower() in NOTHING):
        return ""
    return value.text.strip()


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
    read.edges += [Edge(own, parent, where) for parent in (above, *_parents(record)) if parent]
    is_stub = bool(above) and not any(_key(record, one) for one in ("parent", "children"))
    if own in read.nodes and is_stub:
        return own
    if own in read.nodes and own not in read.stubs:
        first = read.nodes[own].where
        read.problems.append(f"{where}: the id '{own}' stands twice (first at {first}); remove one")
        return own
    (read.stubs.add if is_stub else read.stubs.discard)(own)
    read.nodes[own] = Node(name or own, where, _aliases(record), own, names)
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
