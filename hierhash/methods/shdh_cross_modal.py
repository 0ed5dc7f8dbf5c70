"""SHDH for two modalities: its loss over pairs of pictures, of texts, and of both.

The same parts, target and distance as ``shdh``, whose paper knows pictures alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hierhash.methods.branch_codes import BranchSettings
from hierhash.methods.method import Preset
from hierhash.methods.similarity_parts import TRIALS, SimilarityParts
from hierhash.training.settings import NonNegative


@dataclass(frozen=True)
class CrossModalSettings(BranchSettings):
    """Settings of the cross-modal form.

    Args:
        alpha: Weight of the balance of bits.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    alpha: NonNegative = 0.1


class CrossModalSHDH(SimilarityParts):
    """See the module's words."""

    Settings: ClassVar[type] = CrossModalSettings


PRESET = Preset(
    CrossModalSHDH,
    CrossModalSettings(),
    trials=(*TRIALS, {"model.image.dropout": 0.3, "model.text.dropout": 0.3}),
)
