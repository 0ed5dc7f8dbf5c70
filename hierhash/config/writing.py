"""Writing a config: every value as YAML, readable from any working directory."""

from __future__ import annotations

import os
from collections.abc import Callable
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
    return _with_paths(config, lambda path: str(Path(path).absolute()))


def with_last_names(config: RunConfig) -> RunConfig:
    """The same run without the folders of its files, which are nobody else's business."""
    return _with_paths(config, os.path.basename)


Change = Callable[[str], str]


def _with_paths(config: RunConfig, change: Change) -> RunConfig:
    data, image = config.data, config.features.image
    split = data.split.model_copy(update={"file": _changed(data.split.file, change)})
    options = {
        name: change(value) if name in PLACES and isinstance(value, str) else value
        for name, value in data.options.items()
    }
    changes = {
        "data": data.model_copy(
            update={
                "path": _changed(data.path, change),
                "tree": _changed_file(data.tree, change),
                "options": options,
                "split": split,
            }
        ),
        "facets": {
            name: facet.model_copy(update={"tree": _changed_file(facet.tree, change)})
            for name, facet in config.facets.items()
        },
        "features": config.features.model_copy(
            update={"image": replace(image, weights=_changed(image.weights, change))}
        ),
        "model": _in_settings(config.model, change),
    }
    return config.model_copy(update=changes)


def _in_settings(settings: Any, change: Change) -> Any:
    """The settings of a method with every path in them changed."""
    if isinstance(settings, Path):
        return _changed(settings, change)
    if not is_dataclass(settings) or isinstance(settings, type):
        return settings
    own = {one.name: getattr(settings, one.name) for one in fields(settings)}
    return replace(settings, **{name: _in_settings(value, change) for name, value in own.items()})


def _changed(path: Path | None, change: Change) -> Path | None:
    return None if path is None else Path(change(str(path)))


def _changed_file(name: str | None, change: Change) -> str | None:
    """What a tree is named by; the name of a shipped one is no path."""
    is_path = name is not None and (os.path.isfile(name) or os.path.isabs(name))
    return change(name) if name is not None and is_path else name


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
