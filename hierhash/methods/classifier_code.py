"""The number of the predicted leaf as the code: one byte, or two with more than 256 leaves.

The same classifiers as ``posterior_float``. Two codes are as far as the levels at which their
leaves differ; a real query scores a leaf by sum_l w_l q_l, its chances of the leaf's ancestors.
"""

from __future__ import annotations

from typing import Any

from hierhash.codes.coded import Segment
from hierhash.codes.coding import ClassNumber
from hierhash.codes.distances import TreeDistance
from hierhash.errors import ConfigError
from hierhash.methods.classifiers import TRIALS, Classifiers, ClassifierSettings
from hierhash.methods.method import Preset
from hierhash.training.items import Items

MOST_LEAVES = 1 << 16


class ClassifierCode(Classifiers):
    """See the module's words."""

    def check(self, train: Items) -> None:
        """See ``Method``."""
        if self.problem.sizes[-1] > MOST_LEAVES:
            raise ConfigError(
                f"data.tree: {self.problem.sizes[-1]:,} leaves do not fit two bytes; "
                f"classifier_code takes at most {MOST_LEAVES:,}"
            )
        super().check(train)

    def coding(self) -> ClassNumber:
        """The likeliest leaf."""
        return ClassNumber(self.problem.ancestors, self.score_weights, self.temperatures)

    def layout(self) -> tuple[Segment, ...]:
        """One segment of one or two bytes."""
        return (Segment("category", 8 if self.problem.sizes[-1] <= 256 else 16),)

    def distance(self) -> TreeDistance:
        """The number of levels at which leaves differ."""
        return TreeDistance(self.problem.ancestors)

    def meta(self) -> dict[str, Any]:
        """See ``Method``."""
        return self._meta("class")


PRESET = Preset(ClassifierCode, ClassifierSettings(), trials=TRIALS)
