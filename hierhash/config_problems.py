"""What is wrong with a config, as lines that name the file, the line, the key and a remedy."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from hierhash.errors import ConfigError, did_you_mean

Place = tuple[str, ...]


@dataclass(frozen=True)
class Lines:
    """The content of a YAML file and the line of each of its keys.

    Args:
        content: The mapping.
        name: The file's name, for messages.
        lines: Key path to line, counted from 1.
    """

    content: dict[str, Any]
    name: str
    lines: dict[Place, int] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, text: str, name: str) -> Lines:
        """Parses a YAML mapping.

        Raises:
            ConfigError: Not YAML, not a mapping, or a key stands twice.
        """
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
            content = yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            what = getattr(error, "problem", None) or "not YAML"
            raise ConfigError(f"{name}:{line}: {what}; check the indentation and colons") from error
        if content is None:
            return cls({}, name)
        if not isinstance(content, dict):
            raise ConfigError(f"{name}:1: a config is a mapping of keys to values")
        lines: dict[Place, int] = {}
        twice = _walk(root, (), lines)
        if twice:
            raise ConfigError([f"{name}:{line}: key '{key}' stands twice" for key, line in twice])
        return cls(content, name, lines)

    def where(self, place: Place) -> str:
        """``FILE:LINE`` of a key path, or of the nearest key above it that the file has."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.lines:
                return f"{self.name}:{self.lines[place[:length]]}"
        return self.name


def _walk(node: yaml.Node | None, place: Place, lines: dict[Place, int]) -> list[tuple[str, int]]:
    twice: list[tuple[str, int]] = []
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            line = key.start_mark.line + 1
            if inner in lines:
                twice.append((".".join(inner), line))
            lines[inner] = line
            twice += _walk(value, inner, lines)
    return twice


def problems_of(
    error: ValidationError, schema: type[BaseModel], lines: Lines, overrides: list[str]
) -> list[str]:
    """One line for each problem pydantic found."""
    problems: list[str] = []
    for found in error.errors():
        place = tuple(str(part) for part in found["loc"])
        key = ".".join(place)
        where = _override_of(key, overrides) or lines.where(place)
        if found["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
            valid = keys_of(schema, place[:-1])
            hint = did_you_mean(place[-1], valid) or f"; valid keys: {', '.join(valid)}"
            problems.append(f"{where}: unknown key '{key}'{hint}")
        else:
            given = found.get("input")
            shown = f", got {given!r}" if isinstance(given, str | int | float | bool) else ""
            problems.append(f"{where}: {key}: {_plain(found['msg'])}{shown}")
    return list(dict.fromkeys(problems))


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:]


def _override_of(key: str, overrides: list[str]) -> str | None:
    for override in reversed(overrides):
        name = override.partition("=")[0]
        if key == name or key.startswith(f"{name}."):
            return f"override '{override}'"
    return None


def keys_of(schema: Any, place: Place) -> list[str]:
    """Valid keys of a section of the schema, found by its key path."""
    for name in place:
        schema = _field_type(schema, name)
    if schema is None:
        return []
    if dataclasses.is_dataclass(schema):
        return [field.name for field in dataclasses.fields(schema)]
    return list(getattr(schema, "model_fields", {}))


def _field_type(schema: Any, name: str) -> Any:
    if dataclasses.is_dataclass(schema) and isinstance(schema, type):
        from typing import get_type_hints

        found = get_type_hints(schema).get(name)
    else:
        field = getattr(schema, "model_fields", {}).get(name)
        found = field.annotation if field else None
    return next((part for part in get_args(found) if isinstance(part, type)), found)
