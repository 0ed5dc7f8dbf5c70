"""SHDH (Wang et al., AAAI 2018): pictures alone, a part of the code for each level of the tree.

``losses.segment_similarity`` over the pairs of a batch, h = tanh(u); codes are compared by
sum_k u_k D_H of the parts, the top level counting most. No public code was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hierhash.methods.branch_codes import ImageSettings
from hierhash.methods.method import Preset
from hierhash.methods.similarity_parts import TRIALS, SimilarityParts
from hierhash.training.settings import NonNegative


@dataclass(frozen=True)
class SHDHSettings(ImageSettings):
    """Settings of SHDH.

    Args:
        alpha: Weight of the balance of bits.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    alpha: NonNegative = 0.1


class SHDH(SimilarityParts):
    """See the module's words."""

    Settings: ClassVar[type] = SHDHSettings
    needs: ClassVar[frozenset[str]] = frozenset({"image", "labels"})


PRESET = Preset(
    SHDH,
    SHDHSettings(),
    trials=(*TRIALS, {"model.image.dropout": 0.3}),
)
