"""BM25 of texts (Robertson & Zaragoza, 2009): what a search by words ranks by, nothing is learnt.

A query's word w scores an item by idf(w) f (k1 + 1) / (f + k1 (1 - b + b length / mean length)), f
its count in the item's text, the Okapi weight of section 3.4.3 there; idf is log(1 + (N - n + 1/2)
/ (n + 1/2)), as Lucene has it, for the original falls below 0 for words of every second text. It
reads counts (``features.text.name: words``). A text finds items by their titles, and no picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.methods.method import Preset, Role, Rows, only_modality
from hierhash.methods.one_modality import FloatVectors, counts
from hierhash.training.fit import Watch
from hierhash.training.items import Items


@dataclass(frozen=True)
class BM25Settings:
    """Settings of BM25.

    Args:
        k1: How fast further occurrences of a word count less.
        b: How much long texts are held to be about more.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    k1: Annotated[float, Gt(0)] = 1.2
    b: Annotated[float, Ge(0), Le(1)] = 0.75


class BM25(FloatVectors):
    """BM25 as a ``Method``. Memory: a float32 for every item and word, as an index keeps it."""

    Settings: ClassVar[type] = BM25Settings
    needs: ClassVar[frozenset[str]] = frozenset({"text"})
    reads_counts: ClassVar[bool] = True

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``: the words' document frequencies and the mean length."""
        found = counts(self.known(train))
        n, known = found.shape[0], np.diff(found.tocsc().indptr)
        idf = np.log1p((n - known + 0.5) / (known + 0.5))
        self.ready = {"idf": idf, "length": np.array([found.sum() / n or 1.0])}

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``."""
        _, features = only_modality(rows)
        own, found = self.settings, counts(features)
        if role == "query":
            asked = found.toarray().astype(np.float32)
            return Coded(None, asked, asked)
        lengths: NDArray[Any] = np.asarray(found.sum(axis=1)) / self.ready["length"]
        slow = own.k1 * (1 - own.b + own.b * lengths)
        whole = found.tocsr(copy=True)
        at = np.repeat(slow, np.diff(whole.indptr))
        weight = self.ready["idf"][whole.indices]
        whole.data = weight * whole.data * (own.k1 + 1) / (whole.data + at)
        return Coded(None, None, whole.toarray().astype(np.float32))

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """See ``OneModality``."""
        return {"idf": (self.width,), "length": (1,)}

    @classmethod
    def facts(cls, settings: BM25Settings) -> dict[str, Any]:
        """See ``Method``."""
        return {"k1": settings.k1, "b": settings.b}


PRESET = Preset(
    BM25, BM25Settings(), trials=({"model.b": 0.75}, {"model.b": 0.25}, {"model.b": 0.0})
)
