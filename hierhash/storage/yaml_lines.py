"""YAML as values that know their line: every scalar as text, and nothing clever allowed.

Anchors, aliases, tags and a second document are refused, and so is deep nesting: an alias can make
a small file stand for an endless one. Whatever the text, what is raised is an error of the kind
that the caller names, in our own words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from hierhash.errors import InputError

# libyaml is some ten times faster on trees of many thousand nodes; both give line numbers.
_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENS = (
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
)
_CLOSES = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)


@dataclass
class Value:
    """A piece of a document that knows where it stands.

    Args:
        kind: ``text``, ``list``, ``mapping``, or ``empty`` (nothing was written).
        where: ``FILE:LINE``, or a name when there is no file.
        text: The scalar, always as text.
        items: The values of a list.
        pairs: The keys and values of a mapping, in order; keys are of kind ``text``.
        line: Counted from 1; 0 when there is no file.
        plain: The scalar stands without quotes.
    """

    kind: Literal["text", "list", "mapping", "empty"]
    where: str
    text: str = ""
    items: list[Value] = field(default_factory=list)
    pairs: list[tuple[Value, Value]] = field(default_factory=list)
    line: int = 0
    plain: bool = False

    def describe(self) -> str:
        """What a message calls this value.

        Example:
            >>> Value("text", "a.yaml:1", "Shoes").describe()
            "the text 'Shoes'"
        """
        return {
            "text": f"the text '{self.text}'",
            "list": "a list",
            "mapping": "a mapping",
            "empty": "nothing",
        }[self.kind]


@dataclass(frozen=True)
class Rules:
    """What a kind of document may be.

    Args:
        error: What is raised.
        deepest: Collections that may be open at once.
        too_deep: What is said of a document that is nested deeper.
        numbered: Messages name the line; not so for a value of the command line.
    """

    error: type[InputError]
    deepest: int
    too_deep: str
    numbered: bool = True


def read_yaml(text: str, name: str, rules: Rules, problems: list[str]) -> Value:
    r"""Read one YAML document.

    ``No``, ``1990`` and ``~`` stay text. Duplicate keys, anchors, tags and a second document are
    problems; what can be read is returned, so that one run reports all mistakes.

    Args:
        text: The YAML text.
        name: Leads the messages.
        rules: What is allowed.
        problems: Receives one line per problem.

    Raises:
        InputError: Of the kind that the rules name: the text is not YAML at all, nested too deep,
            or uses aliases.

    Example:
        >>> problems: list[str] = []
        >>> rules = Rules(InputError, 20, "nested too deep")
        >>> value = read_yaml("a: No\na: 1990", "t.yaml", rules, problems)
        >>> value.pairs[0][1].text, problems
        ('No', ["t.yaml:2: duplicate key 'a' (first at line 1); rename or remove one"])
    """
    try:
        reader = _Reader(name, rules)
        reader.read(_Fast(text))
    except Exception as error:
        if isinstance(error, rules.error):
            raise
        # What is said shall not depend on the parser that is installed.
        reader = _read_slowly(text, name, rules)
    if reader.incomplete:
        raise rules.error(reader.problems)
    problems += reader.problems
    return reader.root or Value("empty", reader.at(1), line=1)


def _read_slowly(text: str, name: str, rules: Rules) -> _Reader:
    """The same with PyYAML's own parser; its failures become our words."""
    reader = _Reader(name, rules)
    loader: Any = None
    try:
        loader = yaml.SafeLoader(text)
        reader.read(loader)
    except rules.error:
        raise
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = "a character that YAML does not allow"
        raise rules.error(f"{reader.at(line)}: {what}; remove it") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _not_yaml(reader, text, mark.line + 1 if mark else 1, error.problem) from None
    # PyYAML raises many other kinds on odd escapes and directives.
    except Exception as error:
        line = loader.line + 1 if loader is not None else 1
        raise _not_yaml(reader, text, line, None) from error
    return reader


def _not_yaml(reader: _Reader, text: str, line: int, reason: str | None) -> InputError:
    """Our own words for what the parser refuses; deep nesting stops some versions of it, too."""
    rules, depth = reader.rules, 0
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            depth += isinstance(token, _OPENS) - isinstance(token, _CLOSES)
            if depth > rules.deepest:
                at = reader.at(token.start_mark.line + 1)
                return rules.error(f"{at}: {rules.too_deep}")
    except Exception:  # noqa: S110 - the mistake that was found before
        pass
    if not rules.numbered:
        return rules.error(f"{reader.name}: the value is not YAML; check its brackets and quotes")
    said = f" ({' '.join(reason.split())})" if reason else ""
    where = f"{reader.at(line)}: not valid YAML"
    return rules.error(f"{where}; correct the brackets, quotes or indentation there{said}")


@dataclass
class _Open:
    """A list or mapping that is not yet at its end."""

    value: Value
    wants_key: bool = False
    key: Value | None = None
    lines: dict[str, int] = field(default_factory=dict)


class _Reader:
    """Builds values from the flat stream of events, so that depth is seen before it hurts."""

    def __init__(self, name: str, rules: Rules) -> None:
        self.name, self.rules = name, rules
        self.problems: list[str] = []
        self.incomplete = False
        self.root: Value | None = None
        self._open: list[_Open] = []

    def at(self, line: int) -> str:
        return f"{self.name}:{line}" if self.rules.numbered else self.name

    def _refuse(self, line: int, what: str) -> None:
        self.problems.append(f"{self.at(line)}: {what}")

    def read(self, loader: Any) -> None:
        documents = 0
        while loader.check_event():
            event = loader.get_event()
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self._refuse(_line(event), "a second document is not allowed; remove the '---'")
                    return
            elif isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._open.pop()

    def _node(self, event: Any) -> None:
        line = _line(event)
        parent = self._open[-1] if self._open else None
        is_key = parent is not None and parent.wants_key
        if is_key and not isinstance(event, yaml.ScalarEvent):
            self._refuse(line, "a key must be a word, not a list, a mapping or an alias")
        value = self._value(event, line)
        if parent is None:
            self.root = value
        elif is_key:
            parent.key = self._key(parent, value) if isinstance(event, yaml.ScalarEvent) else None
            parent.wants_key = False
        elif parent.value.kind == "list":
            parent.value.items.append(value)
        else:
            if parent.key is not None:
                parent.value.pairs.append((parent.key, value))
            parent.wants_key = True
        if isinstance(event, yaml.CollectionStartEvent):
            if len(self._open) >= self.rules.deepest:
                raise self.rules.error(f"{self.at(line)}: {self.rules.too_deep}")
            self._open.append(_Open(value, value.kind == "mapping"))

    def _value(self, event: Any, line: int) -> Value:
        where = self.at(line)
        if isinstance(event, yaml.AliasEvent):
            self._refuse(line, f"alias '*{event.anchor}' is not allowed; write the part out")
            self.incomplete = True
            return Value("empty", where, line=line)
        if event.anchor:
            self._refuse(line, f"anchor '&{event.anchor}' is not allowed; write the part out")
        if event.tag:
            self._refuse(line, f"tag '{event.tag}' is not allowed; write a plain value")
        if isinstance(event, yaml.SequenceStartEvent):
            return Value("list", where, line=line)
        if isinstance(event, yaml.MappingStartEvent):
            return Value("mapping", where, line=line)
        text = str(event.value)
        if any("\ud800" <= char <= "\udfff" for char in text):
            self._refuse(line, "half a character (a lone surrogate) is not text; write it whole")
            text = text.encode("utf-8", "replace").decode()
        # A plain scalar of no characters is "nothing written"; a quoted one is an empty name.
        kind: Literal["empty", "text"] = "empty" if not text and not event.style else "text"
        return Value(kind, where, text, line=line, plain=not event.style)

    def _key(self, parent: _Open, key: Value) -> Value | None:
        if key.text in parent.lines:
            first = f" (first at line {parent.lines[key.text]})" if self.rules.numbered else ""
            self._refuse(key.line, f"duplicate key '{key.text}'{first}; rename or remove one")
            return None
        parent.lines[key.text] = key.line
        return Value("text", key.where, key.text, line=key.line)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
