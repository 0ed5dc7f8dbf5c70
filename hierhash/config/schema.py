"""The schema of a run's config: data, features, method and its settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    create_model,
)

from hierhash.config.problems import shortened
from hierhash.data.sources import SOURCES
from hierhash.data.split.choice import LARGEST_SEED
from hierhash.data.split.sizes import PARTS
from hierhash.errors import did_you_mean
from hierhash.features.backbone import BackboneSpec
from hierhash.features.image_backbones import backbone_problem
from hierhash.features.text_vectorisers import VectoriserSpec, resolved, vectoriser_problem
from hierhash.labels.facets import CATEGORY
from hierhash.methods.registry import find_preset

LARGEST_PICTURE = 4096
MOST_ITEMS = 10**9
MOST_WORDS = 10**7


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


def _column_value(text: str | None) -> str | None:
    if text is not None and not all(text.partition("=")):
        raise ValueError(f"'{shortened(text)}' names no value; write COLUMN=VALUE")
    return text


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
    return resolved(spec)


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
    unseen_value: Annotated[str | None, AfterValidator(_column_value)] = Field(
        None, description="COLUMN=VALUE: items that have it ask and are nowhere else"
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
    names: bool = Field(
        False, description="names and aliases of the trees' nodes are training texts of theirs"
    )
    short_texts: Annotated[float, Strict(), Ge(0), Le(1)] = Field(
        0.0, description="share of training texts cut to one to three words, anew in each epoch"
    )
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


class FacetConfig(Section):
    """What is known of items beside their category: a tree of its own, a segment of its own."""

    column: str = Field(description="the column of its values; several in a cell are parted by |")
    tree: str | None = Field(None, description="a tree file of the values; None takes them flat")
    bits: Bits = Field(16, description="length of its segment")
    min_count: Annotated[int, Strict(), Ge(1), Le(MOST_ITEMS)] = Field(
        1, description="training items that a value needs, else it is unknown; not with a tree"
    )


def _facet_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name) or name == CATEGORY:
        raise ValueError(
            f"'{shortened(name)}' is no name of a facet; use letters, digits, _ and - (40 at "
            f"most), and not '{CATEGORY}'"
        )
    return name


Facets = dict[Annotated[str, AfterValidator(_facet_name)], FacetConfig]


class RunConfig(Section):
    """A run: data, features, method and its settings."""

    method: str = "expected_tree_codes"
    bits: Bits = 32
    seed: Seed = 0
    device: Annotated[str, AfterValidator(_device)] = Field(
        "auto", description="auto, cpu, cuda or cuda:N"
    )
    data: DataConfig = DataConfig()
    facets: Facets = Field(default_factory=dict, description="trees beside the category's")
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
