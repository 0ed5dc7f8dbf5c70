"""The settings that make up a member of the DCMH family."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hierhash.branches.image_networks import ImageBranchSettings
from hierhash.branches.mlp import MLPSettings
from hierhash.methods.weight_scheme import WeightScheme
from hierhash.training.settings import LoopSettings, Objective


@dataclass(frozen=True)
class SimilaritySettings:
    """The training similarity S.

    Args:
        pairs: ``leaf`` (similar = a shared leaf), ``any`` (similar = any shared ancestor, which is
            what multi-hot labels with ancestors silently mean) or ``tree`` (level-weighted).
        level_weights: Scheme for ``tree``; None takes the tree's own, else uniform.
        overlap: ``any`` or ``jaccard``, for items of several paths.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    pairs: Literal["leaf", "any", "tree"] = "tree"
    level_weights: WeightScheme = None
    overlap: Literal["any", "jaccard"] = "any"


@dataclass(frozen=True)
class HeadSettings:
    """The hierarchical classification head.

    Args:
        kind: ``none``, ``leaf``, ``per_level`` or ``path``.
        level_weights: Scheme of the head's level weights; None takes the tree's own, else uniform.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    kind: Literal["none", "leaf", "per_level", "path"] = "per_level"
    level_weights: WeightScheme = None


@dataclass(frozen=True)
class DCMHSettings:
    """All that makes up a member of the family."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    similarity: SimilaritySettings = field(default_factory=SimilaritySettings)
    head: HeadSettings = field(default_factory=HeadSettings)
    loss: Objective = field(default_factory=Objective)
    image: ImageBranchSettings = field(default_factory=ImageBranchSettings)
    text: MLPSettings = field(default_factory=MLPSettings)
    training: LoopSettings = field(default_factory=LoopSettings)
