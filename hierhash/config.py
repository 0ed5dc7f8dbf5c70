"""The schema of a run's YAML, and reading it: preset of the method < file < key=value overrides."""

from __future__ import annotations

import copy
import os
import re
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from annotated_types import Ge, Le
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    ValidationError,
    create_model,
)

from hierhash.config_problems import problems_of, shortened
from hierhash.config_yaml import DEEPEST, Lines, plain_value, read_value
from hierhash.data.sources import PLACES, SOURCES
from hierhash.data.split.choice import LARGEST_SEED
from hierhash.data.split.sizes import PARTS
from hierhash.errors import ConfigError, did_you_mean
from hierhash.features.backbone import BackboneSpec
from hierhash.features.image_backbones import backbone_problem
from hierhash.features.text_vectorisers import VectoriserSpec, vectoriser_problem
from hierhash.methods.method import Preset
from hierhash.methods.registry import find_preset, presets

LARGEST_PICTURE = 4096
MOST_ITEMS = 10**9
MOST_WORDS = 10**7

_DEVICE_SAID = "the backbone runs on the run's device; remove this key and set device"


def _whole_bytes(bits: int) -> int:
    if bits % 8:
        raise ValueError("codes are whole bytes; use 8, 16, 24, 32, ...")
    return bits


def _sizes(sizes: Any) -> Any:
    for part, size in sizes.items() if isinstance(sizes, dict) else ():
        if part not in PARTS:
            hint = did_you_mean(part, PARTS) or f"; use {', '.join(PARTS)}"
            raise ValueError(f"no part '{shortened(part)}'{hint}")
        is_number = type(size) in (int, float)  # true is none, nor is "5"
        if not is_number or not 0 <= size <= (MOST_ITEMS if isinstance(size, int) else 1):
            raise ValueError(
                f"{part}: {shortened(repr(size))} is neither a count (1, 2, ...) nor a share "
                "(0.1, 1.0)"
            )
    return sizes


def _source(name: str) -> str:
    if name not in SOURCES:
        hint = did_you_mean(name, SOURCES) or f"; use one of {', '.join(SOURCES)}"
        raise ValueError(f"no source of this name{hint}")
    return name


def _device(name: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:[0-9]{1,4})?", name):
        raise ValueError("not a device that is known; use auto, cpu, cuda or cuda:N")
    return name


def _backbone(name: str) -> str:
    if problem := backbone_problem(name):
        raise ValueError(problem)
    return name


def _vectoriser(spec: VectoriserSpec) -> VectoriserSpec:
    if problem := vectoriser_problem(spec.name):
        raise ValueError(f"name: {problem}")
    for name, value in (("min_count", spec.min_count), ("max_size", spec.max_size)):
        if not 1 <= value <= MOST_WORDS:
            raise ValueError(f"{name} must be 1 to {MOST_WORDS:,}, not {value}")
    shortest, longest = spec.ngram
    if not 1 <= shortest <= longest <= 100:
        raise ValueError(f"ngram must be two lengths, shortest first, not {list(spec.ngram)}")
    return spec


Bits = Annotated[int, Field(ge=8, le=4096, strict=True), AfterValidator(_whole_bytes)]
Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED, strict=True)]
Side = Annotated[int, Strict(), Ge(1), Le(LARGEST_PICTURE)]


class Section(BaseModel):
    """A part of a config: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid")


class SplitConfig(Section):
    """How the items are split; a file of ids, or drawn as the protocol says."""

    file: Path | None = Field(None, description="a split file; None draws the split")
    seed: Seed = Field(0, description="draws the split; the headline uses 0")
    protocol: Literal["standard", "unseen_leaves"] = "standard"
    sizes: Annotated[dict[str, int | float] | None, BeforeValidator(_sizes)] = Field(
        None, description="items or shares of train, validation and query; the rest is database"
    )
    group_by: str = Field("content", description="what keeps items together: content, none, COLUMN")
    parts: str | None = Field(
        None, description="a column with your own parts: train, validation..."
    )


class DataConfig(Section):
    """Which items."""

    source: Annotated[str, AfterValidator(_source)] = Field(
        "sample", description="sample, fashion, imagefolder, table, mat, ..."
    )
    path: Path | None = Field(None, description="folder or file of the source")
    options: dict[str, Any] = Field(default_factory=dict, description="the reader's own options")
    tree: str | None = Field(None, description="a tree file, or the name of a shipped one")
    text: Literal["plain", "masked"] = Field("plain", description="masked removes class names")
    split: SplitConfig = SplitConfig()


@dataclass(frozen=True)
class ImageFeatures:
    """What a config says of an image backbone; it runs on the device of the run.

    Args:
        name: As in ``BackboneSpec``.
        size: As in ``BackboneSpec``.
        weights: As in ``BackboneSpec``; a backbone that brings its own weights takes none.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    name: Annotated[str, AfterValidator(_backbone)] = BackboneSpec.name
    size: tuple[Side, Side] = BackboneSpec.size
    weights: Path | None = None

    def __post_init__(self) -> None:
        """Refuses weights that nothing would read."""
        if self.weights is not None and self.name in ("efficientnet_lite0", "pixels"):
            raise ValueError(f"weights: {self.name} reads no weights file; remove weights")

    def backbone(self, device: str = "cpu") -> BackboneSpec:
        """The backbone on a device."""
        return BackboneSpec(self.name, self.size, self.weights, device)


class FeaturesConfig(Section):
    """What the branches read."""

    image: ImageFeatures = Field(default_factory=ImageFeatures)
    text: Annotated[VectoriserSpec, AfterValidator(_vectoriser)] = Field(
        default_factory=VectoriserSpec
    )


class StoppingConfig(Section):
    """Looks at the validation items while training."""

    every: Annotated[int, Field(ge=0, le=10**6, strict=True)] = Field(
        0, description="epochs between looks; 0 = never"
    )
    patience: Annotated[int, Field(ge=1, le=10**6, strict=True)] = Field(
        3, description="looks without gain before the end"
    )


class RunConfig(Section):
    """A run: data, features, method and its settings."""

    method: str = "hierarchical_dcmh"
    bits: Bits = 32
    seed: Seed = 0
    device: Annotated[str, AfterValidator(_device)] = Field(
        "auto", description="auto, cpu, cuda or cuda:N"
    )
    data: DataConfig = DataConfig()
    features: FeaturesConfig = FeaturesConfig()
    model: Any = Field(None, description="settings of the method; see schema_of")
    stopping: StoppingConfig = StoppingConfig()
    # Left out of the run's own config.yaml and of its hash: who watches does not change a run.
    tensorboard: bool = Field(
        False, exclude=True, description="write the scalars of every epoch to RUN/tensorboard/"
    )


@cache
def schema_of(method: str) -> type[RunConfig]:
    """The schema of a method's configs: its own settings under ``model``.

    Raises:
        ConfigError: No such method.

    Example:
        >>> "similarity" in schema_of("dcmh_leaf").model_json_schema()["$defs"]["DCMHSettings"][
        ...     "properties"
        ... ]
        True
    """
    preset = find_preset(method)
    model = (preset.method.Settings, Field(default_factory=lambda: preset.settings))
    made: type[RunConfig] = create_model("RunConfig", __base__=RunConfig, model=model)
    return made


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
        raise ConfigError(problems_of(error, schema, lines, overrides or [], merged)) from error


def _preset(method: str, overrides: list[str], lines: Lines) -> Preset:
    if method in presets():
        return find_preset(method)
    given = [f"override '{shortened(o)}'" for o in overrides if o.startswith("method=")]
    where = given[-1] if given else lines.where(("method",))
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


def _parse_override(override: str) -> dict[str, Any]:
    key, equals, value = override.partition("=")
    said = f"override '{shortened(override)}'"
    names = key.split(".")
    if not equals or not all(names):
        raise ConfigError(f"{said}: an override has the form key.path=value")
    if len(names) > DEEPEST:
        raise ConfigError(f"{said}: a key has at most {DEEPEST} parts, this one {len(names)}")
    content: Any = read_value(value, said)
    for name in reversed(names):
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
