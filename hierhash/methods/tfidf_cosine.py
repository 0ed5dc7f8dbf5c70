"""TF-IDF of texts compared by their cosine (Salton & Buckley, 1988): nothing is learnt but counts.

Counts of words times log((1 + N) / (1 + n)) + 1, n of N training texts having the word, as
scikit-learn has it, rows of unit length. It reads counts (``features.text.name: words``). A text
finds items by their titles, and no picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Strict

from hierhash.codes.coded import Coded
from hierhash.methods.method import Preset, Role, Rows, only_modality
from hierhash.methods.one_modality import FloatVectors, counts, unit_rows
from hierhash.training.fit import Watch
from hierhash.training.items import Items


@dataclass(frozen=True)
class TfidfSettings:
    """Settings of TF-IDF.

    Args:
        sublinear: Take 1 + log of counts.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    sublinear: Annotated[bool, Strict()] = False


class TfidfCosine(FloatVectors):
    """TF-IDF as a ``Method``. Memory: a float32 for every item and word, as an index keeps it."""

    Settings: ClassVar[type] = TfidfSettings
    needs: ClassVar[frozenset[str]] = frozenset({"text"})
    reads_counts: ClassVar[bool] = True

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``: the words' document frequencies."""
        from sklearn.feature_extraction.text import TfidfTransformer

        self.ready = {"idf": TfidfTransformer().fit(counts(self.known(train))).idf_}

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``."""
        _, features = only_modality(rows)
        found = counts(features)
        if self.settings.sublinear:
            found.data = 1 + np.log(found.data)
        vectors = unit_rows(found.toarray() * self.ready["idf"])
        return Coded(None, vectors, vectors)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """See ``OneModality``."""
        return {"idf": (self.width,)}

    @classmethod
    def facts(cls, settings: TfidfSettings) -> dict[str, Any]:
        """See ``Method``."""
        return {"sublinear": settings.sublinear}


PRESET = Preset(TfidfCosine, TfidfSettings())
