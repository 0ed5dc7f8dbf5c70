"""RaBitQ (Gao & Long, SIGMOD 2024) of our network's class probabilities: a bit a class, two floats.

d / 8 + 8 bytes for d classes of all levels, whatever length is asked for. See ``posterior_codes``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from numpy.typing import NDArray

from hierhash.codes.coded import Coded, Segment
from hierhash.codes.packing import packed_width
from hierhash.codes.product_quantiser import FACTOR_BYTES, Factored, RaBitQuantiser
from hierhash.methods.method import Preset, Role
from hierhash.methods.posterior_codes import Floats, PosteriorCodes, PosteriorSettings


class PosteriorRaBitQ(PosteriorCodes):
    """See the module's words."""

    free_length: ClassVar[bool] = False
    quantiser: RaBitQuantiser

    def learn(self, vectors: Floats) -> None:
        """See ``PosteriorCodes``."""
        self.quantiser = RaBitQuantiser.train(vectors, self.problem.seed)

    def code(self, vectors: Floats, role: Role) -> Coded:
        """See ``PosteriorCodes``: stored items are codes, queries what scores them."""
        if role == "query":
            return Coded(None, self.quantiser.asked(vectors, "dot"))
        return Coded(self.quantiser.encode(vectors))

    def layout(self) -> tuple[Segment, ...]:
        """One segment, its floats counted."""
        width = packed_width(sum(self.problem.sizes))
        return (Segment("category", 8 * (width + FACTOR_BYTES)),)

    def distance(self) -> Any:
        """See ``Method``."""
        return Factored(8 * packed_width(sum(self.problem.sizes)))

    def quantiser_state(self) -> dict[str, NDArray[Any]]:
        """See ``PosteriorCodes``."""
        return self.quantiser.state()

    def load_quantiser(self, state: Mapping[str, NDArray[Any]]) -> None:
        """See ``PosteriorCodes``."""
        self.quantiser = RaBitQuantiser.of(state, sum(self.problem.sizes))


PRESET = Preset(PosteriorRaBitQ, PosteriorSettings())
