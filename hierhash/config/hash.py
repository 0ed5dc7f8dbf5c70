"""The hash of a run: two runs of one hash have the same result, on the same data.

It is taken over what a config says beyond its method's preset and the defaults, so a new setting
with a default leaves the hashes of all earlier runs as they are. What a preset means is the
method's revision, which is raised whenever the same settings give other results.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from hierhash.config.schema import (
    DataConfig,
    FacetConfig,
    FeaturesConfig,
    RunConfig,
    StoppingConfig,
)
from hierhash.data.sources import PLACES
from hierhash.methods.registry import find_preset


def config_hash(config: RunConfig) -> str:
    """sha256 of everything in a config that bears on the result.

    Where it runs does not, nor in which folder its files lie: of a path the last name counts.

    Example:
        >>> from hierhash.config.reading import (resolve_config)
        >>> plain, moved = resolve_config({}), resolve_config({"device": "cpu"})
        >>> config_hash(plain) == config_hash(moved)
        True
    """
    return _sha256(_content(config) | {"seed": config.seed})


def settings_hash(config: RunConfig) -> str:
    """``config_hash`` without the seed: the runs that may be averaged share it."""
    return _sha256(_content(config))


def conditions_hash(data: DataConfig, features: FeaturesConfig, laid: dict[str, Any]) -> str:
    """Hash of what the rows of a table have in common: data, features, and what is laid on all."""
    return _sha256({"data": _data(data), "features": _features(features), "set": laid})


def _content(config: RunConfig) -> dict[str, Any]:
    preset = find_preset(config.method)
    settings: TypeAdapter[Any] = TypeAdapter(preset.method.Settings)
    model, usual = (
        _with_last_names(one, settings.dump_python(one, mode="json"))
        for one in (config.model, preset.settings)
    )
    return {
        "method": config.method,
        "revision": preset.revision,
        # Of a method that has one length only, the length asked for says nothing.
        "bits": config.bits if preset.method.free_length else None,
        "model": differing(model, usual),
        "data": _data(config.data),
        **({"facets": _facets(config)} if config.facets else {}),
        "features": _features(config.features),
        # How patient a run would be matters only if it looks.
        "stopping": _stopping(config.stopping) if config.stopping.every else {},
    }


def _data(data: DataConfig) -> dict[str, Any]:
    own = differing(data.model_dump(mode="json"), DataConfig().model_dump(mode="json"))
    for part, name in ((own, "path"), (own, "tree"), (own.get("split", {}), "file")):
        if name in part:
            part[name] = _last_name(part[name])
    for name in set(PLACES) & set(own.get("options", {})):
        own["options"][name] = _last_name(own["options"][name])
    return own


def _facets(config: RunConfig) -> dict[str, Any]:
    usual = FacetConfig(column="").model_dump(mode="json")
    found = {}
    for name, facet in config.facets.items():
        own = facet.model_dump(mode="json")
        found[name] = differing(own | {"tree": _last_name(own["tree"])}, usual)
    return found


def _stopping(stopping: StoppingConfig) -> dict[str, Any]:
    return differing(stopping.model_dump(), StoppingConfig().model_dump())


def _features(features: FeaturesConfig) -> dict[str, Any]:
    own = differing(features.model_dump(mode="json"), FeaturesConfig().model_dump(mode="json"))
    if "weights" in own.get("image", {}):
        own["image"]["weights"] = _last_name(own["image"]["weights"])
    return own


def differing(content: dict[str, Any], default: dict[str, Any]) -> dict[str, Any]:
    """What differs from a default, mapping by mapping.

    Example:
        >>> differing({"a": 1, "b": {"c": 2, "d": 3}}, {"a": 1, "b": {"c": 2, "d": 4}})
        {'b': {'d': 3}}
    """
    found: dict[str, Any] = {}
    for key, value in content.items():
        usual = default.get(key)
        if isinstance(value, dict) and isinstance(usual, dict):
            if inner := differing(value, usual):
                found[key] = inner
        elif key not in default or value != usual:
            found[key] = value
    return found


def _with_last_names(settings: Any, plain: dict[str, Any]) -> dict[str, Any]:
    """The plain values of settings, of every path in them the last name."""
    for one in fields(settings):
        value = getattr(settings, one.name)
        if isinstance(value, Path):
            plain[one.name] = _last_name(plain[one.name])
        elif is_dataclass(value):
            _with_last_names(value, plain[one.name])
    return plain


def _last_name(path: Any) -> Any:
    return os.path.basename(os.path.abspath(path)) if isinstance(path, str) else path


def _sha256(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
