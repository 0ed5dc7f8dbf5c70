"""YAML of configs and suites: plain values, the line of every key, and nothing clever allowed.

Anchors, aliases, tags and a second document are refused, and so is deep nesting: an alias can make
a small file stand for an endless one. A plain word is null, true, false, a number or else text:
there are no dates. Whatever the text, the one thing raised is a ``ConfigError``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from hierhash.errors import ConfigError

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
        reader = _Reader(text, name)
        content = reader.read()
        if content is None:
            return cls({}, name)
        if not isinstance(content, dict):
            raise ConfigError(f"{name}:1: a config is a mapping of keys to values")
        return cls(content, name, reader.lines)

    def where(self, place: Place) -> str:
        """``FILE:LINE`` of a key path, or of the nearest key above it that the file has."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.lines:
                return f"{self.name}:{self.lines[place[:length]]}"
        return self.name

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
    return _Reader(text, name, numbered=False).read()


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


class _Reader:
    """Builds values from the flat stream of events, so that depth is seen before it hurts."""

    def __init__(self, text: str, name: str, numbered: bool = True) -> None:
        self.text, self.name, self.numbered = text, name, numbered
        self.lines: dict[Place, int] = {}
        self.problems: list[str] = []
        self.loader: Any = None

    def read(self) -> Any:
        try:
            self.loader = yaml.SafeLoader(self.text)
            content = self._document()
        except ConfigError:
            raise
        except yaml.reader.ReaderError as error:
            line = self.text.count("\n", 0, error.position) + 1
            what = "a character that YAML does not allow"
            raise ConfigError(f"{self._at(line)}: {what}; remove it") from None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise self._invalid(mark.line + 1 if mark else 1, error.problem) from None
        # PyYAML raises many other kinds on odd escapes and directives.
        except Exception as error:
            line = self.loader.line + 1 if self.loader is not None else 1
            raise self._invalid(line, None) from error
        if self.problems:
            raise ConfigError(self.problems)
        return content

    def _invalid(self, line: int, what: str | None) -> ConfigError:
        if not self.numbered:
            return ConfigError(f"{self.name}: the value is not YAML; check its brackets and quotes")
        said = f" ({what})" if what else ""
        return ConfigError(
            f"{self._at(line)}: not valid YAML{said}; check the indentation, colons and brackets"
        )

    def _at(self, line: int) -> str:
        return f"{self.name}:{line}" if self.numbered else self.name

    def _refuse(self, line: int, what: str) -> None:
        self.problems.append(f"{self._at(line)}: {what}")

    def _document(self) -> Any:
        take = self.loader.get_event
        take()  # the stream's start
        if isinstance(take(), yaml.StreamEndEvent):
            return None
        content = self._value(take(), ())
        take()  # the document's end
        after = take()
        if not isinstance(after, yaml.StreamEndEvent):
            line = after.start_mark.line + 1
            self._refuse(line, "a second document is not allowed; remove the '---'")
        return content

    def _value(self, event: Any, place: Place) -> Any:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            self._refuse(line, f"alias '*{event.anchor}' is not allowed; write the part out")
            return None
        if event.anchor:
            self._refuse(line, f"anchor '&{event.anchor}' is not allowed; write the part out")
        if event.tag:
            self._refuse(line, f"tag '{event.tag}' is not allowed; write a plain value")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, line)
        if len(place) >= DEEPEST:
            raise ConfigError(f"{self._at(line)}: nested deeper than {DEEPEST} levels; flatten it")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place)
        return self._sequence(place)

    def _mapping(self, place: Place) -> dict[str, Any]:
        content: dict[str, Any] = {}
        while not isinstance(event := self.loader.get_event(), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse(line, "a key must be a word, not a list, a mapping or an alias")
            key = self._value(event, (*place, "?"))
            name = event.value if isinstance(event, yaml.ScalarEvent) else str(key)
            inner = (*place, name)
            if inner in self.lines:
                self._refuse(line, f"key '{'.'.join(inner)}' stands twice; remove one")
            self.lines[inner] = line
            content[name] = self._value(self.loader.get_event(), inner)
        return content

    def _sequence(self, place: Place) -> list[Any]:
        content: list[Any] = []
        while not isinstance(event := self.loader.get_event(), yaml.SequenceEndEvent):
            inner = (*place, str(len(content)))
            self.lines[inner] = event.start_mark.line + 1
            content.append(self._value(event, inner))
        return content

    def _scalar(self, event: Any, line: int) -> Any:
        text = str(event.value)
        if any("\ud800" <= char <= "\udfff" for char in text):
            self._refuse(line, "half a character (a lone surrogate) is not text; write it whole")
            return None
        if event.style is not None or not event.implicit[0]:
            return text
        if len(text) > LONGEST_NUMBER and _REAL.fullmatch(text):
            self._refuse(line, f"a number of {len(text)} digits is too long; write a shorter one")
            return None
        return plain_value(text)
