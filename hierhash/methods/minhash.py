"""MinHash of the words of a text (Broder, 1997), b bits of each kept (Li & Konig, WWW 2010).

For a random order of all words the first word of two sets is the same with chance J, the Jaccard
similarity of the sets. Of each of several orders a bit or a byte of the first word's hash value is
kept: two bits agree with chance (1 + J) / 2, two bytes with about J. Codes of bits are compared by
Hamming distance, of bytes by how many agree. The words of a text are its features above 0
(``features.text.name: words``). Nothing is learnt; a text finds items by their titles, and no
picture. Orders are those of datasketch. Its ``bBitMinHash`` keeps the lowest bits, as the paper
does; but under the affine orders of its version 2 the lowest bit of a word is the same, or turned,
in every order, so that for texts of few words more orders soon tell nothing more. Here values are
mixed before they are cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.distances import Hamming
from hierhash.codes.product_quantiser import WORDS, Lookup
from hierhash.errors import ConfigError
from hierhash.methods.method import Preset, Role, Rows, only_modality
from hierhash.methods.one_modality import OneModality, counts
from hierhash.training.fit import Watch
from hierhash.training.items import Items, blocks

NO_WORD = np.uint32(2**32 - 1)
GOLDEN = np.uint32(2654435769)
"""2^32 / the golden ratio: the first bits of a product by it hang on all bits (Knuth, 6.4)."""


@dataclass(frozen=True)
class MinHashSettings:
    """Settings of MinHash.

    Args:
        kept: ``byte``, K / 8 orders of one byte each, or ``bit``, K orders of one bit.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    kept: Literal["bit", "byte"] = "byte"


class MinHashCodes(OneModality):
    """MinHash as a ``Method``.

    Memory: 4 bytes a word and order, and the same for every word of a block of items.
    """

    Settings: ClassVar[type] = MinHashSettings
    needs: ClassVar[frozenset[str]] = frozenset({"text"})
    reads_counts: ClassVar[bool] = True

    @property
    def orders(self) -> int:
        """How many orders of the words there are."""
        return self.problem.bits // (8 if self.settings.kept == "byte" else 1)

    def check(self, train: Items) -> None:
        """See ``Method``."""
        super().check(train)
        try:
            import datasketch  # noqa: F401 - all that a fit needs
        except ImportError as error:
            raise ConfigError(
                "method minhash: datasketch is not installed; run: pip install 'hierhash[zoo]'"
            ) from error

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``: the hash value of each word in each order."""
        from datasketch import MinHash

        table = np.zeros((self.width, self.orders), dtype=np.uint32)
        none = MinHash(self.orders, seed=self.problem.seed + 1, scheme="affine32")
        for word, values in enumerate(table):
            alone = none.copy()
            alone.update(str(word).encode())
            values[:] = alone.hashvalues
        self.ready = {"table": table}

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``."""
        _, features = only_modality(rows)
        found = first_words(features, self.ready["table"]) * GOLDEN
        if self.settings.kept == "bit":
            return Coded(np.packbits(found >> 31, axis=1))
        codes = (found >> 24).astype(np.uint8)
        if role == "database":
            return Coded(codes)
        tables = np.zeros((len(codes), self.orders, WORDS), dtype=np.float32)
        np.put_along_axis(tables, codes[:, :, None].astype(np.int64), 1.0, axis=2)
        return Coded(None, tables.reshape(len(codes), self.orders * WORDS))

    def distance(self) -> Hamming | Lookup:  # type: ignore[override] # of bytes none is told
        """Differing bits, or how many bytes agree."""
        if self.settings.kept == "bit":
            return Hamming(self.problem.bits)
        return Lookup(self.orders)

    def meta(self) -> dict[str, Any]:
        """See ``Method``: texts are read by the method itself."""
        return {"temperatures": {}, "coding": None}

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """See ``OneModality``."""
        return {"table": (self.width, self.orders)}

    @classmethod
    def facts(cls, settings: MinHashSettings) -> dict[str, Any]:
        """See ``Method``."""
        return {"kept": settings.kept}


def first_words(features: Any, table: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The least hash value of each item's words in each order, uint32 (n, orders).

    Args:
        features: (n, words), above 0 where an item has the word.
        table: (words, orders), the hash value of each word.
    """
    found = np.full((features.shape[0], table.shape[1]), NO_WORD)
    for block in blocks(features.shape[0]):
        words = counts(features[block])
        some = np.flatnonzero(np.diff(words.indptr))
        if len(some):
            least = np.minimum.reduceat(table[words.indices], words.indptr[some], axis=0)
            found[block.start + some] = least
    return found


PRESET = Preset(
    MinHashCodes, MinHashSettings(), trials=({"model.kept": "byte"}, {"model.kept": "bit"})
)
