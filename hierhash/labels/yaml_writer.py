"""A label tree as YAML text that reads back the same, here and in any YAML reader."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import yaml

from hierhash.labels.paths import ROOT, Path
from hierhash.labels.weights import WeightSpec

if TYPE_CHECKING:
    from hierhash.labels.tree import LabelTree

WIDTH = 100
# No digit first: YAML 1.2 readers take 1e3 and 0o17 for numbers, which PyYAML does not.
_PLAIN = re.compile(r"[^\W\d][\w ()&.'/+-]*")
_RESOLVER = yaml.resolver.Resolver()


def format_yaml(tree: LabelTree) -> str:
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


def _children(tree: LabelTree, path: Path, indent: str) -> str | list[str]:
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


def _keyed(tree: LabelTree, path: Path, indent: str, dash: str) -> list[str]:
    """A node as ``name: children``, after a dash inside a list."""
    deeper = indent + "  " * (2 if dash else 1)
    key = f"{indent}{dash}{quote(path[-1])}:"
    return _under(key, _children(tree, path, deeper) if tree.children(path) else "[]")


def _under(key: str, below: str | list[str]) -> list[str]:
    return [f"{key} {below}"] if isinstance(below, str) else [key, *below]


def _leaf(tree: LabelTree, path: Path) -> str:
    aliases = tree.aliases(path)
    if not aliases:
        return quote(path[-1])
    return f"{{name: {quote(path[-1])}, aliases: [{', '.join(map(quote, aliases))}]}}"


def _weights(spec: WeightSpec) -> str:
    if isinstance(spec, str):
        return quote(spec)
    if isinstance(spec, Mapping):
        pairs = [f"{key}: {_number(value)}" for key, value in spec.items() if key != "scheme"]
        return "{" + ", ".join([f"scheme: {spec['scheme']}", *pairs]) + "}"
    return f"[{', '.join(map(_number, spec))}]"


def _number(value: float) -> str:
    return repr(float(value))
