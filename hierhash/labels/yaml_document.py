"""YAML text to a `Value`: every scalar as text, line numbers kept, and nothing clever allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from hierhash.errors import TreeError
from hierhash.labels.document import Value
from hierhash.labels.entries import DEEPEST, too_deep

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
