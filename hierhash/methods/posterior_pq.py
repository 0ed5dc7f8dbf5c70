"""Product quantisation (Jegou et al., PAMI 2011) of our network's class probabilities.

K / 8 bytes an item; queries stay real and score by products. See ``posterior_codes``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.product_quantiser import Lookup, ProductQuantiser
from hierhash.errors import ConfigError
from hierhash.methods.method import Preset, Role
from hierhash.methods.posterior_codes import Floats, PosteriorCodes, PosteriorSettings
from hierhash.training.items import Items


class PosteriorPQ(PosteriorCodes):
    """See the module's words."""

    rotated: ClassVar[bool] = False
    quantiser: ProductQuantiser

    def check(self, train: Items) -> None:
        """See ``Method``."""
        super().check(train)
        if self.problem.bits // 8 > (most := sum(self.problem.sizes)):
            raise ConfigError(f"bits: a byte is of at least one class; use {8 * most} at most")

    def learn(self, vectors: Floats) -> None:
        """See ``PosteriorCodes``."""
        self.quantiser = ProductQuantiser.train(
            vectors, self.problem.bits // 8, self.problem.seed, self.rotated
        )

    def code(self, vectors: Floats, role: Role) -> Coded:
        """See ``PosteriorCodes``: stored items are codes, queries what scores them."""
        if role == "query":
            return Coded(None, self.quantiser.asked(vectors, "dot"))
        return Coded(self.quantiser.encode(vectors))

    def distance(self) -> Any:
        """See ``Method``: sums over the query's tables."""
        return Lookup(self.problem.bits // 8)

    def quantiser_state(self) -> dict[str, NDArray[Any]]:
        """See ``PosteriorCodes``."""
        return self.quantiser.state()

    def load_quantiser(self, state: Mapping[str, NDArray[Any]]) -> None:
        """See ``PosteriorCodes``."""
        width = sum(self.problem.sizes)
        self.quantiser = ProductQuantiser.of(state, width, self.problem.bits // 8)


PRESET = Preset(PosteriorPQ, PosteriorSettings())
