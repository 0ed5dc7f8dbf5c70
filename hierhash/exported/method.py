"""An exported method: what ``methods.parts.Coder`` asks for, of rows that its graphs gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded, Segment, beside
from hierhash.codes.coding import ExpectedCode, fused
from hierhash.codes.distances import Hamming
from hierhash.codes.weighted_hamming import WeightedHamming
from hierhash.exported.rows import RowLayout
from hierhash.labels.facets import CATEGORY
from hierhash.labels.tree import LabelTree
from hierhash.methods.method import Posteriors, Role, Rows, only_modality


class ExportedPart:
    """One part of a method, whose graphs made the rows that it is given.

    Args:
        name: ``category`` or the facet's name.
        layout: Of the rows.
        tree: Its tree.
        fusing: Gives what makes one code of a picture and a text; None where the method has none.
        prefixes: Shorter lengths whose codes are the first bits of its own.
        weighted: How its codes are compared; None for their differing bits.
    """

    def __init__(
        self,
        name: str,
        layout: RowLayout,
        tree: LabelTree,
        fusing: Callable[[], ExpectedCode] | None,
        prefixes: Sequence[int] = (),
        weighted: WeightedHamming | None = None,
    ) -> None:
        self._name, self._layout, self._tree, self._fusing = name, layout, tree, fusing
        self.fuses, self.prefixes = fusing is not None, prefixes
        self._weighted = weighted

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``: the graph's own code; of a picture with a text one of both, in numpy."""
        if self._fusing is not None and len(rows) > 1:
            return self._fusing().code(self._posterior(rows))
        _, own = only_modality(rows)
        codes = self._layout.codes(own, self._name)
        return Coded(codes, self._layout.query(own, self._name))

    def classify(self, rows: Rows) -> Posteriors | None:
        """See ``Method``."""
        ancestors = self._tree.leaf_ancestors
        if self._name in self._layout.nodes:
            _, own = only_modality(rows)
            ends = np.cumsum([classes.max() + 1 for classes in ancestors])
            levels = np.split(self._layout.chances(own, self._name), ends[:-1], axis=1)
            return [level.astype(np.float32) for level in levels]
        if self._name not in self._layout.leaves:
            return None
        leaves = self._posterior(rows)
        return [
            (leaves @ (classes[:, None] == np.arange(classes.max() + 1))).astype(np.float32)
            for classes in ancestors
        ]

    def _posterior(self, rows: Rows) -> NDArray[np.float64]:
        known = [self._layout.chances(own, self._name) for own in rows.values()]
        return known[0] if len(known) == 1 else fused(known)

    def layout(self) -> tuple[Segment, ...]:
        """Its segment."""
        return (Segment(self._name, self._layout.segments[self._name]),)

    def distance(self) -> Hamming | WeightedHamming:
        """Differing bits, weighted where the run's are."""
        return self._weighted or Hamming(self._layout.segments[self._name])


class ExportedMethod:
    """All parts side by side; their order is that of the codes.

    Args:
        parts: ``category`` first, then the facets.
    """

    def __init__(self, parts: Mapping[str, ExportedPart]) -> None:
        self.parts = dict(parts)
        self.category = self.parts[CATEGORY]
        self.fuses = self.category.fuses
        self.prefixes = self.category.prefixes if len(self.parts) == 1 else ()

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``."""
        return beside([part.encode(rows, role) for part in self.parts.values()])

    def classify(self, rows: Rows) -> Posteriors | None:
        """See ``Method``: the category's."""
        return self.category.classify(rows)

    def layout(self) -> tuple[Segment, ...]:
        """The segments of the parts."""
        return tuple(segment for part in self.parts.values() for segment in part.layout())

    def distance(self) -> Hamming | WeightedHamming:
        """Differing bits of all segments; of one alone, as it compares them."""
        if len(self.parts) == 1:
            return self.category.distance()
        return Hamming(sum(segment.bits for segment in self.layout()))
