"""Picture features as they are, compared by their cosine: 4 bytes a number, nothing is learnt.

What every search without hashing and without labels begins with; what binary codes of pictures are
to come near to, at a hundredth of the bytes. Pictures alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from hierhash.codes.coded import Coded
from hierhash.methods.method import Preset, Role, Rows, only_modality
from hierhash.methods.one_modality import FloatVectors, unit_rows
from hierhash.training.fit import Watch
from hierhash.training.items import Items


@dataclass(frozen=True)
class CosineSettings:
    """It has no settings."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation


class FeaturesCosine(FloatVectors):
    """The features as a ``Method``. Memory: the features once more."""

    Settings: ClassVar[type] = CosineSettings

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``: nothing is learnt."""

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``."""
        _, features = only_modality(rows)
        vectors = unit_rows(features)
        return Coded(None, vectors, vectors)

    @classmethod
    def facts(cls, settings: CosineSettings) -> dict[str, Any]:
        """See ``Method``."""
        return {}


PRESET = Preset(FeaturesCosine, CosineSettings())
