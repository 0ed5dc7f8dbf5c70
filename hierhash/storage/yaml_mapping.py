"""YAML of configs and suites: plain values, the line of every key, and nothing clever allowed.

A plain word is null, true, false, a number or else text: there are no dates. Whatever the text, the
one thing raised is a ``ConfigError``; what is refused is written in `hierhash.storage.yaml_lines`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from hierhash.errors import ConfigError
from hierhash.storage.yaml_lines import Rules, Value, read_yaml

Place = tuple[str, ...]

DEEPEST = 20
LONGEST_NUMBER = 30
LARGEST = 256 * 1024

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?[0-9]+")
_REAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_ENDLESS = re.compile(r"([-+]?)\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


@dataclass(frozen=True)
class Lines:
    """The content of a YAML file and the line of each of its keys.

    Args:
        content: The mapping.
        name: The file's name, for messages.
        lines: Key path to line, counted from 1; an entry of a list goes by its number, from 0.
    """

    content: dict[str, Any]
    name: str
    lines: dict[Place, int] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, name: str) -> Lines:
        r"""Parses a YAML mapping.

        Raises:
            ConfigError: Not YAML, not a mapping, a key stands twice, or a refused feature.

        Example:
            >>> lines = Lines.of("bits: 16\nmodel: {loss: {eta: 0.5}}", "c.yaml")
            >>> lines.content["bits"], lines.where(("model", "loss", "eta"))
            (16, 'c.yaml:2')
        """
        if len(text) > LARGEST:
            raise ConfigError(f"{name}: longer than {LARGEST} characters; is this a config?")
        lines: dict[Place, int] = {}
        content = _content(text, name, lines)
        if content is None:
            return cls({}, name)
        if not isinstance(content, dict):
            raise ConfigError(f"{name}:1: a config is a mapping of keys to values")
        return cls(content, name, lines)

    def where(self, place: Place) -> str:
        """``FILE:LINE`` of a key path, or of the nearest key above it that the file has."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.lines:
                return f"{self.name}:{self.lines[place[:length]]}"
        # Dotted keys have a line, and the sections that they stand for none.
        below = [line for own, line in self.lines.items() if own[: len(place)] == place]
        return f"{self.name}:{min(below)}" if below else self.name

    def under(self, *places: Place) -> dict[Place, int]:
        r"""Lines of the dotted keys of some mappings, as those of the nested keys they stand for.

        Example:
            >>> text = "set:\n  model.loss.eta: 1"
            >>> Lines.of(text, "s.yaml").under(("set",))
            {('model', 'loss', 'eta'): 2}
        """
        return {
            tuple(own[len(place)].split(".")) + own[len(place) + 1 :]: line
            for place in places
            for own, line in self.lines.items()
            if own[: len(place)] == place and len(own) > len(place)
        }


def read_value(text: str, name: str) -> Any:
    """One YAML value, such as that of an override.

    Raises:
        ConfigError: Not YAML, or a refused feature; the message starts with ``name``.

    Example:
        >>> read_value("[16, 1e-3, .inf, 2024-13-45, ~]", "x")
        [16, 0.001, inf, '2024-13-45', None]
    """
    return _content(text, name, {}, numbered=False)


def _content(text: str, name: str, lines: dict[Place, int], numbered: bool = True) -> Any:
    """The plain data of a text; the lines of its keys are written down."""
    problems: list[str] = []
    rules = Rules(
        ConfigError, DEEPEST, f"nested deeper than {DEEPEST} levels; flatten it", numbered
    )
    content = _plain(read_yaml(text, name, rules, problems), (), lines, problems)
    if problems:
        raise ConfigError(problems)
    return content


def plain_value(text: str) -> Any:
    """What an unquoted word stands for: null, true, false, a number, or its own text.

    Example:
        >>> plain_value("0x_"), plain_value("-3"), plain_value("1."), plain_value("yes")
        ('0x_', -3, 1.0, 'yes')
    """
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _REAL.fullmatch(text):
        return float(text)
    endless = _ENDLESS.fullmatch(text)
    if endless:
        return float("nan") if endless.group(1) is None else float(f"{endless.group(1)}inf")
    return text


def _plain(value: Value, place: Place, lines: dict[Place, int], problems: list[str]) -> Any:
    """A value as plain data; the lines of its keys are written down."""
    if value.kind == "mapping":
        content = {}
        for key, below in value.pairs:
            lines[*place, key.text] = key.line
            content[key.text] = _plain(below, (*place, key.text), lines, problems)
        return content
    if value.kind == "list":
        for number, item in enumerate(value.items):
            lines[*place, str(number)] = item.line
        return [
            _plain(item, (*place, str(number)), lines, problems)
            for number, item in enumerate(value.items)
        ]
    if not value.plain or value.kind == "empty":
        return value.text if value.kind == "text" else None
    if len(value.text) > LONGEST_NUMBER and _REAL.fullmatch(value.text):
        problems.append(
            f"{value.where}: a number of {len(value.text)} digits is too long; write a shorter one"
        )
        return None
    return plain_value(value.text)
