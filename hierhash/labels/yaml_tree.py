"""The YAML form of a label tree: top-level keys, level names and weights, all problems at once."""

from __future__ import annotations

from pathlib import Path

from hierhash.errors import TreeError
from hierhash.labels.document import Value
from hierhash.labels.entries import entry_problems, walk
from hierhash.labels.nodes import read_nodes, texts, unknown_keys
from hierhash.labels.parts import TreeParts
from hierhash.labels.paths import clean_name
from hierhash.labels.structure import level_problems, title_problems
from hierhash.labels.weights import WeightSpec, spec_problems
from hierhash.labels.yaml_document import read_document

KEYS = ("name", "levels", "tree", "level_weights")


def parse_yaml(text: str, source: str) -> TreeParts:
    r"""The parts of a tree written as YAML.

    Args:
        text: The YAML text: a mapping with the key ``tree``, or a plain list of classes.
        source: The file name; its stem names a tree that has no ``name``.

    Raises:
        TreeError: Every problem of the file, each with its line.

    Example:
        >>> parts = parse_yaml("name: flat\ntree: [No, 1990]", "flat.yaml")
        >>> [entry.name for entry in parts["entries"]]
        ['No', '1990']
    """
    problems: list[str] = []
    document = read_document(text, source, problems)
    parts = TreeParts(
        entries=[], name=Path(source).stem, levels=None, level_weights=None, source=source
    )
    if document.kind == "list":
        parts["entries"] = read_nodes(document, problems)
    elif document.kind == "mapping":
        _read_keys(document, parts, problems)
    else:
        problems.append(
            f"{document.where}: expected the keys {', '.join(KEYS)}, not {document.describe()}"
        )
    problems += entry_problems(parts["entries"], source) if parts["entries"] else []
    if problems:
        raise TreeError(sorted(dict.fromkeys(problems), key=_line))
    return parts


def _read_keys(document: Value, parts: TreeParts, problems: list[str]) -> None:
    unknown_keys(document, KEYS, "of a label tree", problems)
    keys = {key.text: value for key, value in document.pairs}
    name = keys.get("name")
    if name is not None:
        if name.kind != "text" or not name.text.strip():
            problems.append(f"{name.where}: name must be a text, not {name.describe()}")
        problems += title_problems(clean_name(name.text), name.where)
        parts["name"] = clean_name(name.text) or parts["name"]
    if "tree" not in keys:
        problems.append(f"{document.where}: no key 'tree'; list the classes under it")
        return
    if keys["tree"].kind == "empty" or not (keys["tree"].items or keys["tree"].pairs):
        what = keys["tree"].describe() if keys["tree"].kind == "text" else "no nodes"
        problems.append(f"{keys['tree'].where}: the tree has {what}; list at least one class")
        return
    parts["entries"] = read_nodes(keys["tree"], problems)
    depth = max((len(path) for path, _ in walk(parts["entries"])), default=0)
    if "levels" in keys and keys["levels"].kind != "empty":
        parts["levels"] = texts(keys["levels"], "levels", problems)
        if parts["levels"]:
            problems += level_problems(parts["levels"], depth, keys["levels"].where)
    if "level_weights" in keys and keys["level_weights"].kind != "empty":
        value = keys["level_weights"]
        spec = parts["level_weights"] = _weight_spec(value)
        problems += [
            f"{value.where}: level_weights: {problem}" for problem in spec_problems(spec, depth)
        ]


def _weight_spec(value: Value) -> WeightSpec:
    """The specification with numbers where the text is one; what is no number stays text."""
    if value.kind == "mapping":
        return {
            key.text: found.text if key.text == "scheme" else _number(found)
            for key, found in value.pairs
        }
    if value.kind == "list":
        return [_number(item) for item in value.items]  # type: ignore[misc]
    return value.text


def _number(value: Value) -> float | str:
    try:
        return float(value.text)
    except ValueError:
        return value.text or value.describe()


def _line(problem: str) -> int:
    """The line number of a message, to list the problems from the top of the file down."""
    for part in problem.split(": ", 1)[0].split(":")[::-1]:
        if part.isdigit():
            return int(part)
    return 0
