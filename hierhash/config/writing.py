"""Writing a config: every value as YAML, readable from any working directory."""

from __future__ import annotations

import os
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from hierhash.config.schema import RunConfig
from hierhash.data.sources import PLACES
from hierhash.storage.yaml_mapping import plain_value


def with_absolute_paths(config: RunConfig) -> RunConfig:
    """The same run, readable from any working directory.

    The name of a shipped tree stays a name.
    """
    data, image = config.data, config.features.image
    split = data.split.model_copy(update={"file": _absolute(data.split.file)})
    options = {
        name: os.path.abspath(value) if name in PLACES and isinstance(value, str) else value
        for name, value in data.options.items()
    }
    changes = {
        "data": data.model_copy(
            update={
                "path": _absolute(data.path),
                "tree": _absolute_if_there(data.tree),
                "options": options,
                "split": split,
            }
        ),
        "facets": {
            name: facet.model_copy(update={"tree": _absolute_if_there(facet.tree)})
            for name, facet in config.facets.items()
        },
        "features": config.features.model_copy(
            update={"image": replace(image, weights=_absolute(image.weights))}
        ),
        "model": _with_absolute(config.model),
    }
    return config.model_copy(update=changes)


def _with_absolute(settings: Any) -> Any:
    """The settings of a method with every path in them absolute."""
    if isinstance(settings, Path):
        return settings.absolute()
    if not is_dataclass(settings) or isinstance(settings, type):
        return settings
    own = {one.name: getattr(settings, one.name) for one in fields(settings)}
    return replace(settings, **{name: _with_absolute(value) for name, value in own.items()})


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else path.absolute()


def _absolute_if_there(name: str | None) -> str | None:
    return os.path.abspath(name) if name is not None and os.path.isfile(name) else name


def dump_config(config: RunConfig) -> str:
    """The config as YAML, with every value written out."""
    plain = config.model_dump(mode="json")
    return yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


class _Dumper(yaml.SafeDumper):
    """Quotes every text that our reader would take for something else."""


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if plain_value(text) == text else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text_node)
