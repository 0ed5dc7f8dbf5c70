"""From a document to tree entries: the three forms of children, read with every problem listed."""

from __future__ import annotations

from collections.abc import Iterable

from hierhash.errors import did_you_mean
from hierhash.labels.document import Value
from hierhash.labels.entries import Entry

LONG_FORM = ("name", "aliases", "children")


def read_nodes(value: Value, problems: list[str]) -> list[Entry]:
    """The entries that a value lists: a mapping name -> children, or a list.

    A list may hold names, mappings name -> children, and long forms
    ``{name, aliases, children}``. Problems are appended to ``problems``; what can be read is
    returned, so that one run reports all mistakes.

    Example:
        >>> from hierhash.labels.document import from_python
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
        if any(key.text in LONG_FORM for key, _ in item.pairs):
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
    )


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
