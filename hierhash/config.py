"""The schema of a run's YAML, and reading it: preset of the method < file < key=value overrides."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hierhash.config_problems import Lines, problems_of
from hierhash.data.sources import PLACES
from hierhash.errors import ConfigError
from hierhash.features.image_backbones import BackboneSpec
from hierhash.features.text_vectorisers import VectoriserSpec
from hierhash.methods.dcmh import DCMHSettings
from hierhash.methods.registry import method_settings


class Section(BaseModel):
    """A part of a config: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid")


class SplitConfig(Section):
    """How the items are split; a file of ids, or drawn as the protocol says."""

    file: Path | None = Field(None, description="a split file; None draws the split")
    seed: int = Field(0, description="draws the split; the headline uses 0")
    protocol: Literal["standard", "unseen_leaves"] = "standard"
    sizes: dict[str, int | float] | None = Field(
        None, description="items or shares of train, validation and query; the rest is database"
    )
    group_by: str = Field("content", description="what keeps items together: content, none, COLUMN")
    parts: str | None = Field(
        None, description="a column with your own parts: train, validation..."
    )


class DataConfig(Section):
    """Which items."""

    source: str = Field("sample", description="sample, fashion, imagefolder, table, mat, ...")
    path: Path | None = Field(None, description="folder or file of the source")
    options: dict[str, Any] = Field(default_factory=dict, description="the reader's own options")
    tree: str | None = Field(None, description="a tree file, or the name of a shipped one")
    text: Literal["plain", "masked"] = Field("plain", description="masked removes class names")
    split: SplitConfig = SplitConfig()


class FeaturesConfig(Section):
    """What the branches read."""

    image: BackboneSpec = Field(default_factory=BackboneSpec)
    text: VectoriserSpec = Field(default_factory=VectoriserSpec)


class StoppingConfig(Section):
    """Looks at the validation items while training."""

    every: Annotated[int, Field(ge=0)] = Field(0, description="epochs between looks; 0 = never")
    patience: Annotated[int, Field(ge=1)] = Field(
        3, description="looks without gain before the end"
    )


class RunConfig(Section):
    """A run: data, features, method and its settings."""

    method: str = "hierarchical_dcmh"
    bits: Annotated[int, Field(ge=1, le=4096)] = 32
    seed: Annotated[int, Field(ge=0)] = 0
    device: str = Field("auto", description="auto, cpu, cuda or cuda:N")
    data: DataConfig = DataConfig()
    features: FeaturesConfig = FeaturesConfig()
    model: DCMHSettings = Field(default_factory=DCMHSettings)
    stopping: StoppingConfig = StoppingConfig()
    # Left out of the run's own config.yaml and of its hash: who watches does not change a run.
    tensorboard: bool = Field(
        False, exclude=True, description="write the scalars of every epoch to RUN/tensorboard/"
    )


def load_config(path: Path, overrides: list[str] | None = None) -> RunConfig:
    """Reads and checks a config file.

    Args:
        path: The YAML file.
        overrides: ``key.path=value`` strings, the value in YAML; they win over the file.

    Raises:
        ConfigError: The file cannot be read, or holds unknown keys or wrong values: all of them,
            each with its line and the nearest valid key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; give a readable file") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text; save it as UTF-8") from error
    lines = Lines.of(text, str(path))
    return resolve_config(lines.content, overrides, lines)


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
    if isinstance(merged.get("method", ""), str):
        preset = asdict(method_settings(str(merged.get("method", "hierarchical_dcmh"))))
        own = merged.get("model")
        if own is None or isinstance(own, dict):
            merged["model"] = merge(preset, own or {})
    try:
        return RunConfig.model_validate(merged)
    except ValidationError as error:
        raise ConfigError(problems_of(error, RunConfig, lines, overrides or [])) from error


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


def _parse_override(override: str) -> dict[str, Any]:
    key, equals, value = override.partition("=")
    if not equals or not key:
        raise ConfigError(f"'{override}': an override has the form key.path=value")
    try:
        content: Any = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise ConfigError(f"'{override}': the value is not YAML") from error
    for name in reversed(key.split(".")):
        content = {name: content}
    return dict(content)


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
        "features": config.features.model_copy(
            update={"image": replace(image, weights=_absolute(image.weights))}
        ),
        "model": replace(
            config.model,
            image=replace(config.model.image, weights=_absolute(config.model.image.weights)),
        ),
    }
    return config.model_copy(update=changes)


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else path.absolute()


def _absolute_if_there(name: str | None) -> str | None:
    return os.path.abspath(name) if name is not None and os.path.isfile(name) else name


def dump_config(config: RunConfig) -> str:
    """The config as YAML, with every value written out."""
    plain = config.model_dump(mode="json")
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)
