"""A label tree as YAML: read with all problems at once, written so that it reads back the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path as FilePath

import yaml

from hierhash.errors import TreeError
from hierhash.labels.io.nodes import read_nodes, texts, unknown_keys
from hierhash.labels.paths import ROOT, Path, clean_name
from hierhash.labels.raw_tree import (
    DEEPEST,
    TOO_DEEP,
    TreeParts,
    entry_problems,
    level_problems,
    title_problems,
    walk,
)
from hierhash.labels.structure import TreeStructure
from hierhash.labels.weights import WeightSpec, spec_problems
from hierhash.storage.yaml_lines import Rules, Value, read_yaml

KEYS = ("name", "levels", "tree", "level_weights")
# The long form of a node opens up to three collections.
RULES = Rules(TreeError, 3 * DEEPEST, TOO_DEEP)


WIDTH = 100
# No digit first: YAML 1.2 readers take 1e3 and 0o17 for numbers, which PyYAML does not.
_PLAIN = re.compile(r"[^\W\d][\w ()&.'/+-]*")
_RESOLVER = yaml.resolver.Resolver()


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
    document = read_yaml(text, source, RULES, problems)
    parts = TreeParts(
        entries=[], name=FilePath(source).stem, levels=None, level_weights=None, source=source
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


def format_yaml(tree: TreeStructure) -> str:
    """The YAML text of a tree.

    Example:
        >>> from hierhash.labels import LabelTree
        >>> print(format_yaml(LabelTree.from_nested({"A": ["No", "b c"]}, name="t")), end="")
        name: t
        tree:
          A: ["No", b c]
    """
    lines = [f"name: {quote(tree.name)}"]
    if tree.levels != tuple(f"level_{i}" for i in range(1, tree.depth + 1)):
        lines.append(f"levels: [{', '.join(map(quote, tree.levels))}]")
    below = _children(tree, ROOT, "  ")
    # Children that fit on one line follow their parent's colon.
    lines += [f"tree: {below}"] if isinstance(below, str) else ["tree:", *below]
    if tree.level_weights is not None:
        lines.append(f"level_weights: {_weights(tree.level_weights)}")
    return "\n".join(lines) + "\n"


def quote(name: str) -> str:
    """A name as a YAML scalar: plain where every YAML reader takes it as text, else quoted.

    Example:
        >>> quote("Casual Shoes"), quote("No"), quote("1990"), quote("a: b")
        ('Casual Shoes', '"No"', '"1990"', '"a: b"')
    """
    kind = _RESOLVER.resolve(yaml.ScalarNode, name, (True, False))  # type: ignore[no-untyped-call]
    text = kind == "tag:yaml.org,2002:str" and name.lower() not in ("y", "n")
    if text and _PLAIN.fullmatch(name) and name == name.strip():
        return name
    return json.dumps(name, ensure_ascii=False)


def _children(tree: TreeStructure, path: Path, indent: str) -> str | list[str]:
    """The nodes below a path: one flow list when it fits on a line, else indented lines."""
    children = tree.children(path)
    if all(not tree.children(child) for child in children):
        flow = f"[{', '.join(_leaf(tree, child) for child in children)}]"
        if len(indent) + len(quote(path[-1]) if path else "tree") + 2 + len(flow) <= WIDTH:
            return flow
        return [f"{indent}- {_leaf(tree, child)}" for child in children]
    if not any(_more(tree, child) for child in children):
        return [line for child in children for line in _keyed(tree, child, indent, "")]
    lines: list[str] = []
    for child in children:
        if not tree.children(child):
            lines.append(f"{indent}- {_leaf(tree, child)}")
        elif not (more := _more(tree, child)):
            lines += _keyed(tree, child, indent, "- ")
        else:
            lines.append(f"{indent}- name: {quote(child[-1])}")
            lines += [f"{indent}  {key}" for key in more]
            lines += _under(f"{indent}  children:", _children(tree, child, indent + "    "))
    return lines


def _keyed(tree: TreeStructure, path: Path, indent: str, dash: str) -> list[str]:
    """A node as ``name: children``, after a dash inside a list."""
    deeper = indent + "  " * (2 if dash else 1)
    key = f"{indent}{dash}{quote(path[-1])}:"
    return _under(key, _children(tree, path, deeper) if tree.children(path) else "[]")


def _under(key: str, below: str | list[str]) -> list[str]:
    return [f"{key} {below}"] if isinstance(below, str) else [key, *below]


def _leaf(tree: TreeStructure, path: Path) -> str:
    more = _more(tree, path)
    if not more:
        return quote(path[-1])
    return f"{{{', '.join([f'name: {quote(path[-1])}', *more])}}}"


def _more(tree: TreeStructure, path: Path) -> list[str]:
    """What a node has beside its name and its children, as keys."""
    keys = [f"id: {quote(tree.id(path))}"] if tree.id(path) else []
    names = [f"{quote(language)}: {quote(name)}" for language, name in tree.names(path).items()]
    keys += [f"names: {{{', '.join(names)}}}"] if names else []
    aliases = tree.aliases(path)
    return keys + ([f"aliases: [{', '.join(map(quote, aliases))}]"] if aliases else [])


def _weights(spec: WeightSpec) -> str:
    if isinstance(spec, str):
        return quote(spec)
    if isinstance(spec, Mapping):
        pairs = [f"{key}: {_number_text(value)}" for key, value in spec.items() if key != "scheme"]
        return "{" + ", ".join([f"scheme: {spec['scheme']}", *pairs]) + "}"
    return f"[{', '.join(map(_number_text, spec))}]"


def _number_text(value: float) -> str:
    return repr(float(value))
