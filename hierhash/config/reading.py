"""Reading a config: preset of the method < file < key=value overrides."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from pydantic import (
    ValidationError,
)

from hierhash.config.problems import problems_of, shortened
from hierhash.config.schema import RunConfig, schema_of
from hierhash.errors import ConfigError, did_you_mean
from hierhash.methods.method import Preset
from hierhash.methods.registry import broken, find_preset, presets
from hierhash.storage.yaml_mapping import DEEPEST, Lines, read_value

_DEVICE_SAID = "the backbone runs on the run's device; remove this key and set device"


def load_config(path: Path, overrides: list[str] | None = None) -> RunConfig:
    """Reads and checks a config file.

    Args:
        path: The YAML file.
        overrides: ``key.path=value`` strings, the value in YAML; they win over the file.

    Raises:
        ConfigError: The file cannot be read, or holds unknown keys or wrong values: all of them,
            each with its line and the nearest valid key.
    """
    lines = Lines.of(read_text(path), str(path))
    # Files of 0.1.0, run folders above all, have a device here that was never read.
    content = copy.deepcopy(lines.content)
    _image_section(content).pop("device", None)
    return resolve_config(content, overrides, lines)


def read_text(path: Path) -> str:
    """The text of a config or suite file.

    Raises:
        ConfigError: It cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; give a readable file") from error
    except ValueError as error:  # also a name that no file can have
        raise ConfigError(f"{path}: not UTF-8 text; save it as UTF-8") from error


def resolve_config(
    content: dict[str, Any], overrides: list[str] | None = None, lines: Lines | None = None
) -> RunConfig:
    """A checked config from plain content.

    Example:
        >>> run = resolve_config({"method": "dcmh_tuned"}, ["bits=16", "model.loss.eta=0.5"])
        >>> run.bits, run.model.loss.eta, run.model.head.kind
        (16, 0.5, 'none')
    """
    lines = lines or Lines({}, "config")
    merged = merge({}, content)
    for override in overrides or []:
        merged = merge(merged, _parse_override(override))
    if "device" in _image_section(merged):
        where = next((f"override '{o}'" for o in overrides or [] if "device" in o), None)
        place = ("features", "image", "device")
        raise ConfigError(f"{where or lines.where(place)}: {'.'.join(place)}: {_DEVICE_SAID}")
    method = merged.get("method", RunConfig.model_fields["method"].default)
    schema = RunConfig
    if isinstance(method, str):
        preset = _preset(method, overrides or [], lines)
        schema = schema_of(method)
        own = merged.get("model")
        if own is None or isinstance(own, dict):
            merged["model"] = merge(asdict(preset.settings), own or {})
    try:
        return schema.model_validate(merged)
    except ValidationError as error:
        problems = problems_of(error, schema, lines, overrides or [], merged)
        raise ConfigError([f"{one}{_of_another(one, method)}" for one in problems]) from error


def _of_another(problem: str, method: Any) -> str:
    """What helps where a config is that of another method: its settings are not this one's.

    Nothing where a near name is told: two remedies would not both be right.
    """
    section = problem.partition("unknown key 'model.")[2].partition("'")[0].split(".")[0]
    others = {one.name for preset in presets().values() for one in fields(preset.method.Settings)}
    if section not in others or not isinstance(method, str) or "; did you mean" in problem:
        return ""
    return f"; {method} has no such setting, remove those of another method from model"


def _preset(method: str, overrides: list[str], lines: Lines) -> Preset:
    if method in presets():
        return find_preset(method)
    given = [f"override '{shortened(o)}'" for o in overrides if o.startswith("method=")]
    where = given[-1] if given else lines.where(("method",))
    if method in broken():
        raise ConfigError(f"{where}: {broken()[method]}")
    hint = did_you_mean(method, presets()) or f"; use one of {', '.join(presets())}"
    raise ConfigError(f"{where}: method: no method '{shortened(method)}'{hint}")


def _image_section(content: dict[str, Any]) -> dict[str, Any]:
    """``features.image`` of some content, or an empty mapping where there is none."""
    features = content.get("features")
    image = features.get("image") if isinstance(features, dict) else None
    return image if isinstance(image, dict) else {}


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """``over`` laid on ``base``, mapping by mapping.

    Example:
        >>> merge({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}})
        {'a': {'b': 3, 'c': 2}}
    """
    merged = dict(base)
    for key, value in over.items():
        mine = merged.get(key)
        merged[key] = (
            merge(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
        )
    return merged


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of dotted keys as sections: ``{"a.b": 1}`` as ``{"a": {"b": 1}}``.

    Example:
        >>> nested({"model.loss.eta": 0, "bits": 16})
        {'model': {'loss': {'eta': 0}}, 'bits': 16}
    """
    content: dict[str, Any] = {}
    for key, value in values.items():
        part: Any = value
        for name in reversed(key.split(".")):
            part = {name: part}
        content = merge(content, part)
    return content


def _parse_override(override: str) -> dict[str, Any]:
    key, equals, value = override.partition("=")
    said = f"override '{shortened(override)}'"
    names = key.split(".")
    if not equals or not all(names):
        raise ConfigError(f"{said}: an override has the form key.path=value")
    if len(names) > DEEPEST:
        raise ConfigError(f"{said}: a key has at most {DEEPEST} parts, this one {len(names)}")
    return nested({key: read_value(value, said)})
