"""What is wrong with a config, as lines that name the file, the line, the key and a remedy.

The words are ours: pydantic tells which rule was broken and where, not what the user reads.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ValidationError

from hierhash.errors import did_you_mean
from hierhash.storage.yaml_mapping import Lines, Place

_LONGEST_SHOWN = 60

Context = Mapping[str, Any]
# What pydantic calls a kind of problem (the start of its name) and what the user is told.
_WANTED = {
    "int_": "a whole number is expected",
    "float_": "a number is expected",
    "finite_number": "a finite number is expected",
    "bool_": "true or false is expected",
    "string_": "text is expected",
    "path_": "a path is expected",
    "list_type": "a list is expected",
    "tuple_type": "a list is expected",
    "dict_type": "keys with values are expected",
    "model_type": "keys with values are expected",
    "dataclass_type": "keys with values are expected",
    "missing": "is missing; add it",
}
_LIMITS: dict[str, Callable[[Context], str]] = {
    "greater_than": lambda c: f"must be above {c['gt']:g}",
    "greater_than_equal": lambda c: f"must be at least {c['ge']:g}",
    "less_than": lambda c: f"must be below {c['lt']:g}",
    "less_than_equal": lambda c: f"must be at most {_number(c['le'])}",
    "too_short": lambda c: f"needs at least {c['min_length']} entries",
    "too_long": lambda c: f"may have at most {c['max_length']} entries",
    "literal_error": lambda c: f"must be one of {c['expected']}",
    "value_error": lambda c: str(c["error"]),
}


def problems_of(
    error: ValidationError,
    schema: type[BaseModel],
    lines: Lines,
    overrides: Sequence[str] = (),
    content: Any = None,
) -> list[str]:
    """One line for each key in which pydantic found something wrong.

    Args:
        error: What pydantic raised.
        schema: What the content was checked against.
        lines: The file.
        overrides: ``key=value`` texts that were laid on it.
        content: What was checked; by default that of the file.
    """
    content = lines.content if content is None else content
    found: dict[Place, list[str]] = {}
    problems: dict[Place, str] = {}
    for one in error.errors():
        place = _in_content(tuple(str(part) for part in one["loc"]), content, one["type"])
        if one["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
            problems[place] = f"unknown key '{_key(place)}'{_valid_keys(schema, place)}"
        else:
            found.setdefault(place, []).append(_said(dict(one)))
            said = f"{_key(place)}: {_joined(found[place])}{_given(content, place)}"
            problems[place] = said
    return [
        f"{_override_of('.'.join(place), overrides) or lines.where(place)}: {said}"
        for place, said in problems.items()
    ]


def _key(place: Place) -> str:
    return shortened(".".join(place))


def _valid_keys(schema: type[BaseModel], place: Place) -> str:
    valid = keys_of(schema, place[:-1])
    return did_you_mean(place[-1], valid) or f"; valid keys: {', '.join(valid)}"


def _said(one: Context) -> str:
    kind = one["type"]
    if one["input"] != one["input"]:  # not a number, which no limit is about
        return _WANTED["finite_number"]
    if kind in _LIMITS:
        return _LIMITS[kind](one["ctx"])
    return next((said for start, said in _WANTED.items() if kind.startswith(start)), "not accepted")


def _joined(said: list[str]) -> str:
    """One sentence of what is said of one key: a value that may be of several kinds has many."""
    different = list(dict.fromkeys(said))
    ends = (" is expected", " are expected")
    if len(different) > 1 and all(one.endswith(ends) for one in different):
        return " or ".join(one.rpartition(" ")[0].rpartition(" ")[0] for one in different) + (
            " is expected"
        )
    return "; ".join(different)


def _in_content(loc: Place, content: Any, kind: str) -> Place:
    """The part of pydantic's place that is in the content, without the names of its branches."""
    place: list[str] = []
    for part in loc:
        if isinstance(content, Mapping) and part in content:
            content = content[part]
        elif isinstance(content, list) and part.isdigit() and int(part) < len(content):
            content = content[int(part)]
        elif kind != "missing":
            break
        place.append(part)
    return tuple(place) or loc


def _given(content: Any, place: Place) -> str:
    """``, got VALUE`` for a plain value; a section would be long and tells nothing."""
    for part in place:
        if isinstance(content, Mapping) and part in content:
            content = content[part]
        elif isinstance(content, list) and part.isdigit() and int(part) < len(content):
            content = content[int(part)]
        else:
            return ""
    if not isinstance(content, str | int | float):
        return ""
    return f", got {shortened(repr(content))}"


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def shortened(text: str) -> str:
    """The text, or its start if it is long.

    Example:
        >>> shortened("x" * 100)[-5:], shortened("x")
        ('xx...', 'x')
    """
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _override_of(key: str, overrides: Sequence[str]) -> str | None:
    for override in reversed(overrides):
        name = override.partition("=")[0]
        if f"{key}.".startswith(f"{name}.") or name.startswith(f"{key}."):
            return f"override '{shortened(override)}'"
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
        found = get_type_hints(schema).get(name)
    elif name.isdigit():  # an entry of a list, whose type is known already
        return schema
    else:
        if get_origin(schema) is dict:  # an entry of a mapping, whose name is the user's own
            return get_args(schema)[1]
        field = getattr(schema, "model_fields", {}).get(name)
        found = field.annotation if field else None
    if get_origin(found) is dict:
        return found
    return next((part for part in get_args(found) if isinstance(part, type)), found)
