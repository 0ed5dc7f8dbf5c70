"""The parts of a method: the category's and, of a faceted one, a part for each facet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from hierhash.codes.coded import Coded, Segment, code_bytes
from hierhash.codes.distances import Distance, Dot
from hierhash.labels.facets import CATEGORY
from hierhash.methods.method import Posteriors, Role, Rows


class Coder(Protocol):
    """What coding items and answering queries know of a method, trained here or exported."""

    @property
    def fuses(self) -> bool:
        """Whether items given by several modalities have one code of all."""
        ...

    @property
    def prefixes(self) -> Sequence[int]:
        """Shorter lengths whose codes are the first bits of its own."""
        ...

    def encode(self, rows: Rows, role: Role) -> Coded:
        """Codes or vectors of items."""
        ...

    def classify(self, rows: Rows) -> Posteriors | None:
        """Class probabilities at every level; None for a method that does not classify."""
        ...

    def layout(self) -> tuple[Segment, ...]:
        """The segments of a code; none where items are kept as float vectors."""
        ...

    def distance(self) -> Distance:
        """How queries and stored items are compared."""
        ...


M = TypeVar("M")


def parts_of(method: M) -> dict[str, M]:
    """The category's part and those of the facets; the method itself where it has none."""
    parts = getattr(method, "parts", None)
    return dict(parts) if isinstance(parts, Mapping) else {CATEGORY: method}


def category_of(method: M) -> M:
    """The part of a method that is about the category."""
    return parts_of(method)[CATEGORY]


def item_bits(method: Coder) -> int:
    """Bits of a stored item, those of float vectors counted."""
    distance = method.distance()
    return 32 * distance.width if isinstance(distance, Dot) else 8 * code_bytes(method.layout())
