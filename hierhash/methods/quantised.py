"""What methods have in common that keep picture features as a few bytes which queries score."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.product_quantiser import Factored, Lookup, ProductQuantiser, RaBitQuantiser
from hierhash.errors import ConfigError
from hierhash.methods.method import Role, Rows, only_modality
from hierhash.methods.one_modality import Floats, OneModality
from hierhash.training.fit import Watch
from hierhash.training.items import Items


class Quantised(OneModality):
    """All of a method but ``trained``, which gives a product quantiser of K / 8 bytes.

    A query stays as it is and brings tables of its distances to the centroids.

    Memory: the features twice more, and 1 kB for each query and byte of a code.
    """

    quantiser: ProductQuantiser | RaBitQuantiser

    @abstractmethod
    def trained(self, rows: Floats) -> ProductQuantiser | RaBitQuantiser:
        """The quantiser of training rows (n, d)."""

    def most_bytes(self, train: Items) -> int:
        """Bytes of the longest code."""
        return self.width

    def check(self, train: Items) -> None:
        """See ``Method``."""
        super().check(train)
        most = self.most_bytes(train)
        if self.free_length and self.problem.bits // 8 > most:
            raise ConfigError(f"bits: a byte is of at least one number; use {8 * most} at most")

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``."""
        self.quantiser = self.trained(self.rows(self.known(train)))

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``: stored items are codes, queries what scores them."""
        _, features = only_modality(rows)
        if role == "query":
            return Coded(None, self.quantiser.asked(self.rows(features)))
        return Coded(self.quantiser.encode(self.rows(features)))

    def distance(self) -> Lookup | Factored:  # type: ignore[override] # scores alone
        """Sums over the query's tables."""
        return Lookup(self.problem.bits // 8)

    def state(self) -> dict[str, NDArray[Any]]:
        """See ``Method``."""
        return self.quantiser.state()

    def meta(self) -> dict[str, Any]:
        """See ``Method``: its codes are no signs."""
        return {"temperatures": {}, "coding": None}

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        self.quantiser = ProductQuantiser.of(state, self.width, self.problem.bits // 8)
