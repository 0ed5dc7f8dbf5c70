"""What methods have in common whose codes are K bits, compared by Hamming distance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from hierhash.codes.coded import Segment
from hierhash.codes.distances import Hamming
from hierhash.methods.method import Posteriors, Problem, Rows
from hierhash.training.items import Items


class BitCodes:
    """Layout and distance of K bits; nothing to calibrate, and nothing is classified."""

    free_length: ClassVar[bool] = True
    fuses: ClassVar[bool] = False
    problem: Problem

    @property
    def prefixes(self) -> Sequence[int]:
        """No length but its own."""
        return ()

    def layout(self) -> tuple[Segment, ...]:
        """One segment of K bits."""
        return (Segment("category", self.problem.bits),)

    def distance(self) -> Hamming:
        """Hamming distance of K bits."""
        return Hamming(self.problem.bits)

    def calibrate(self, items: Items) -> None:
        """Nothing to set."""

    def classify(self, rows: Rows) -> Posteriors | None:
        """It predicts nothing."""
        return None
