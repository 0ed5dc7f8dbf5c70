"""RaBitQ of picture features (Gao & Long, SIGMOD 2024): d / 8 + 8 bytes an item, nothing is learnt.

One bit for each number of the features, turned at random about their mean, and two floats that make
the estimate of a distance unbiased (theorem 3.2 of the paper); the 8 bytes of the floats are told
with the code. The features bring its length, so ``bits`` has no say. Queries stay as they are; the
paper rounds them to 4 bits for speed alone. Pictures alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from numpy.typing import NDArray

from hierhash.codes.coded import Segment
from hierhash.codes.packing import packed_width
from hierhash.codes.product_quantiser import Factored, RaBitQuantiser
from hierhash.methods.method import Preset
from hierhash.methods.one_modality import FeatureSettings, Floats
from hierhash.methods.quantised import Quantised


class FeaturesRaBitQ(Quantised):
    """RaBitQ as a ``Method``. Memory: the features twice more, and d x d numbers."""

    free_length: ClassVar[bool] = False

    def trained(self, rows: Floats) -> RaBitQuantiser:
        """See ``Quantised``."""
        return RaBitQuantiser.train(rows, self.problem.seed)

    def layout(self) -> tuple[Segment, ...]:
        """Bits and floats."""
        return (Segment("category", 8 * self.distance().width),)

    def distance(self) -> Factored:  # type: ignore[override] # scores alone
        """Estimates of distances."""
        return Factored(8 * packed_width(self.width))

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        self.quantiser = RaBitQuantiser.of(state, self.width)


PRESET = Preset(
    FeaturesRaBitQ, FeatureSettings(), trials=({"model.unit": True}, {"model.unit": False})
)
