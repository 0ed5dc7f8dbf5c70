"""A label tree as YAML: read with all problems at once, written so that it reads back the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

import yaml

from hierhash.errors import TreeError
from hierhash.labels.io.nodes import Value, read_nodes, texts, unknown_keys
from hierhash.labels.paths import ROOT, Path, clean_name
from hierhash.labels.raw_tree import (
    DEEPEST,
    TreeParts,
    entry_problems,
    level_problems,
    title_problems,
    too_deep,
    walk,
)
from hierhash.labels.structure import TreeStructure
from hierhash.labels.weights import WeightSpec, spec_problems

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


# libyaml is some ten times faster on trees of many thousand nodes; both give line numbers.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_OPEN = 3 * DEEPEST  # the long form of a node opens up to three collections
_OPENS = (
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
)
_CLOSES = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)


def read_document(text: str, source: str, problems: list[str]) -> Value:
    r"""Read one YAML document.

    ``No``, ``1990`` and ``~`` stay text. Duplicate keys, anchors, aliases, tags and a second
    document are problems; they are appended to ``problems``.

    Args:
        text: The YAML text.
        source: The file name that leads the messages.
        problems: Receives one line per problem.

    Raises:
        TreeError: The text is not YAML at all, or uses aliases (never expanded: an alias can
            make a small file stand for an endless tree).

    Example:
        >>> problems: list[str] = []
        >>> value = read_document("a: No\na: 1990", "t.yaml", problems)
        >>> value.pairs[0][1].text, problems
        ('No', ["t.yaml:2: duplicate key 'a' (first at line 1); rename or remove one"])
    """
    try:
        refused = list(_refused(text, source))
        if refused:
            raise TreeError(refused)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise TreeError(
            _not_yaml(text, source, mark.line + 1 if mark else 1, error.problem)
        ) from None
    except yaml.YAMLError as error:  # a character that no YAML file may hold
        place = getattr(error, "position", 0)
        line = text.count("\n", 0, place) + 1 if isinstance(place, int) else 1
        raise TreeError(
            f"{source}:{line}: not valid YAML, for it holds a control character; remove it"
        ) from None
    if root is None:
        return Value("empty", f"{source}:1")
    return _value(root, source, problems)


def _refused(text: str, source: str) -> Iterator[str]:
    """The features that are refused, found from the flat stream of events, before any nesting."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        mark, anchor, tag = event.start_mark, getattr(event, "anchor", None), _tag(event)
        where = f"{source}:{mark.line + 1 if mark else 1}"
        if isinstance(event, yaml.AliasEvent):
            yield f"{where}: alias '*{anchor}' is not allowed; write the part out"
            continue
        if anchor:
            yield f"{where}: anchor '&{anchor}' is not allowed; write the part out"
        if tag:
            yield f"{where}: tag '{tag}' is not allowed; every name is read as text"
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents == 2:
                yield f"{where}: a second document is not allowed; remove the '---'"
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MOST_OPEN:
                yield too_deep(where)
                return
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _not_yaml(text: str, source: str, line: int, reason: str | None) -> str:
    """Our own words for what the parser refuses; deep nesting stops some versions of it, too."""
    depth = 0
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            depth += isinstance(token, _OPENS) - isinstance(token, _CLOSES)
            if depth > _MOST_OPEN:
                return too_deep(f"{source}:{token.start_mark.line + 1}")
    except yaml.YAMLError:
        pass  # the mistake that was found before
    return (
        f"{source}:{line}: not valid YAML; correct the brackets, quotes or indentation there "
        f"({' '.join((reason or 'unknown').split())})"
    )


def _tag(event: yaml.Event) -> str | None:
    return getattr(event, "tag", None)


def _value(node: yaml.Node, source: str, problems: list[str]) -> Value:
    where = f"{source}:{node.start_mark.line + 1}"
    if isinstance(node, yaml.ScalarNode):
        # A plain scalar of no characters is "nothing written"; a quoted one is an empty name.
        empty = node.value == "" and node.style not in ("'", '"')
        return Value("empty" if empty else "text", where, str(node.value))
    if isinstance(node, yaml.SequenceNode):
        return Value("list", where, items=[_value(item, source, problems) for item in node.value])
    pairs: list[tuple[Value, Value]] = []
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(f"{source}:{line}: a key must be a name, not a list or mapping")
            continue
        text = str(key_node.value)
        if text in lines:
            problems.append(
                f"{source}:{line}: duplicate key '{text}' (first at line {lines[text]}); "
                "rename or remove one"
            )
            continue
        lines[text] = line
        key = Value("text", f"{source}:{line}", text)
        pairs.append((key, _value(value_node, source, problems)))
    return Value("mapping", where, pairs=pairs)


WIDTH = 100
# No digit first: YAML 1.2 readers take 1e3 and 0o17 for numbers, which PyYAML does not.
_PLAIN = re.compile(r"[^\W\d][\w ()&.'/+-]*")
_RESOLVER = yaml.resolver.Resolver()


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
    if not any(tree.aliases(child) for child in children):
        return [line for child in children for line in _keyed(tree, child, indent, "")]
    lines: list[str] = []
    for child in children:
        if not tree.children(child):
            lines.append(f"{indent}- {_leaf(tree, child)}")
        elif not tree.aliases(child):
            lines += _keyed(tree, child, indent, "- ")
        else:
            lines.append(f"{indent}- name: {quote(child[-1])}")
            lines.append(f"{indent}  aliases: [{', '.join(map(quote, tree.aliases(child)))}]")
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
    aliases = tree.aliases(path)
    if not aliases:
        return quote(path[-1])
    return f"{{name: {quote(path[-1])}, aliases: [{', '.join(map(quote, aliases))}]}}"


def _weights(spec: WeightSpec) -> str:
    if isinstance(spec, str):
        return quote(spec)
    if isinstance(spec, Mapping):
        pairs = [f"{key}: {_number_text(value)}" for key, value in spec.items() if key != "scheme"]
        return "{" + ", ".join([f"scheme: {spec['scheme']}", *pairs]) + "}"
    return f"[{', '.join(map(_number_text, spec))}]"


def _number_text(value: float) -> str:
    return repr(float(value))
