"""Entries of a tree from nested mappings and lists, or from a list of paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hierhash.errors import TreeError, did_you_mean
from hierhash.labels.paths import ROOT, Path, clean_name, parse_path
from hierhash.labels.raw_tree import DEEPEST, Entry, entry_problems, too_deep
from hierhash.storage.yaml_lines import Value

LONG_FORM = ("name", "id", "names", "aliases", "children")
TELLING = ("name", "aliases", "children")  # a mapping with one of these is a long form


def from_python(obj: object, where: str) -> Value:
    """Nested dicts, lists and names as a `Value`; numbers become text, None is empty.

    Example:
        >>> from_python({"Shoes": [1990, None]}, "tree").pairs[0][1].items[0].text
        '1990'
    """
    if obj is None:
        return Value("empty", where)
    if isinstance(obj, Mapping):
        pairs = [(Value("text", where, str(k)), from_python(v, where)) for k, v in obj.items()]
        return Value("mapping", where, pairs=pairs)
    if isinstance(obj, Sequence) and not isinstance(obj, str | bytes):
        return Value("list", where, items=[from_python(item, where) for item in obj])
    return Value("text", where, str(obj))


def read_nodes(value: Value, problems: list[str]) -> list[Entry]:
    """The entries that a value lists: a mapping name -> children, or a list.

    A list may hold names, mappings name -> children, and long forms
    ``{name, id, names, aliases, children}``. Problems are appended to ``problems``; what can be
    read is returned, so that one run reports all mistakes.

    Example:
        >>> from hierhash.labels.io.nodes import from_python
        >>> problems: list[str] = []
        >>> found = read_nodes(from_python([{"name": "Tops", "alias": ["Blouse"]}], "t"), problems)
        >>> found[0].name, problems
        ('Tops', ["t: unknown key 'alias' of a node; did you mean 'aliases'?"])
    """
    if value.kind == "mapping":
        return [
            Entry(key.text, key.where, children=_children(key.text, below, problems))
            for key, below in value.pairs
        ]
    if value.kind == "list":
        return [entry for item in value.items for entry in _list_item(item, problems)]
    problems.append(f"{value.where}: expected a list or mapping of nodes, not {value.describe()}")
    return []


def entries_from_nested(obj: object, source: str) -> list[Entry]:
    """The entries of nested dicts, lists and names.

    Raises:
        TreeError: All that is wrong with them.

    Example:
        >>> [entry.name for entry in entries_from_nested({"Shoes": [1990, None]}, "tree")]
        Traceback (most recent call last):
        hierhash.errors.TreeError: tree: a list of nodes holds names and mappings, not nothing
    """
    problems: list[str] = []
    entries = read_nodes(from_python(obj, source), problems)
    if problems:
        raise TreeError(problems + entry_problems(entries, source))
    return entries


def _children(name: str, value: Value, problems: list[str]) -> list[Entry]:
    if value.kind == "empty":
        return []
    if value.kind == "text":
        hint = did_you_mean(name, LONG_FORM)
        problems.append(
            f"{value.where}: the children of '{name}' must be a list or mapping, "
            f"not {value.describe()}{hint or f'; write [{value.text}]'}"
        )
        return []
    return read_nodes(value, problems)


def _list_item(item: Value, problems: list[str]) -> list[Entry]:
    if item.kind == "text":
        return [Entry(item.text, item.where)]
    if item.kind == "mapping":
        if any(key.text in TELLING for key, _ in item.pairs):
            return [_long_form(item, problems)]
        return read_nodes(item, problems)
    problems.append(
        f"{item.where}: a list of nodes holds names and mappings, not {item.describe()}"
    )
    return []


def _long_form(item: Value, problems: list[str]) -> Entry:
    keys = {key.text: value for key, value in item.pairs}
    unknown_keys(item, LONG_FORM, "of a node", problems)
    name = keys.get("name")
    if name is None or name.kind != "text":
        what = "has no name" if name is None else f"has {name.describe()} for a name"
        problems.append(f"{item.where}: this node {what}; write {{name: ..., children: [...]}}")
    text = name.text if name is not None and name.kind == "text" else "?"
    return Entry(
        text,
        item.where,
        aliases=tuple(texts(keys["aliases"], "aliases", problems)) if "aliases" in keys else (),
        children=_children(text, keys["children"], problems) if "children" in keys else [],
        id=_id(keys["id"], problems) if "id" in keys else "",
        names=_names(keys["names"], problems) if "names" in keys else (),
    )


def _id(value: Value, problems: list[str]) -> str:
    if value.kind not in ("text", "empty"):
        problems.append(f"{value.where}: id must be a text, not {value.describe()}")
    return value.text


def _names(value: Value, problems: list[str]) -> tuple[tuple[str, str], ...]:
    """Language and name of each pair of a mapping."""
    if value.kind == "empty":
        return ()
    if value.kind != "mapping" or any(own.kind != "text" for _, own in value.pairs):
        problems.append(f"{value.where}: names must give a name for each language, as {{de: Hut}}")
        return ()
    return tuple((key.text, own.text) for key, own in value.pairs)


def unknown_keys(value: Value, valid: Iterable[str], of: str, problems: list[str]) -> None:
    """Report each key that is not one of ``valid``, with the nearest valid key."""
    names = tuple(valid)
    for key, _ in value.pairs:
        if key.text not in names:
            hint = did_you_mean(key.text, names) or f"; valid keys: {', '.join(names)}"
            problems.append(f"{key.where}: unknown key '{key.text}' {of}{hint}")


def texts(value: Value, what: str, problems: list[str]) -> list[str]:
    """The items of a list of texts; a problem when it is anything else."""
    if value.kind == "empty":
        return []
    if value.kind != "list" or any(item.kind != "text" for item in value.items):
        problems.append(f"{value.where}: {what} must be a list of names, such as [a, b]")
        return []
    return [item.text for item in value.items]


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
