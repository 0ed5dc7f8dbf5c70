"""Class probabilities as floats: what a practitioner would do without hashing, and the ceiling.

Two classifiers (``classifiers``) on the same features; items are compared by sum_l w_l <p_l, q_l>,
p_l being the probabilities of the nodes of level l. A node more in the tree is 4 bytes more an
item.
"""

from __future__ import annotations

from typing import Any

from hierhash.codes.coded import Segment
from hierhash.codes.coding import Posterior
from hierhash.codes.distances import Dot
from hierhash.methods.classifiers import TRIALS, Classifiers, ClassifierSettings
from hierhash.methods.method import Preset


class PosteriorFloat(Classifiers):
    """See the module's words."""

    def coding(self) -> Posterior:
        """Vectors of all node probabilities."""
        return Posterior(self.problem.ancestors, self.score_weights, self.temperatures)

    def layout(self) -> tuple[Segment, ...]:
        """No codes."""
        return ()

    def distance(self) -> Dot:
        """The weighted product of probabilities."""
        return Dot(sum(self.problem.sizes))

    def meta(self) -> dict[str, Any]:
        """See ``Method``."""
        return self._meta("posterior")


PRESET = Preset(PosteriorFloat, ClassifierSettings(), trials=TRIALS)
