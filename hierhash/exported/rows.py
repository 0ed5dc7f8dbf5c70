"""What a graph says of items as rows of numbers, so that it is asked once for all of it.

A row holds the bytes of the code, then the query, then the probabilities of each tree that has
them. So what an exported run reads of a picture is a row, as a run reads a row of features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.packing import packed_width

CODES, QUERY, POSTERIOR, LEVELS = "codes", "query", "posterior_", "levels_"
"""Names of outputs; a tree with probabilities has one more, such as ``posterior_colour``: of its
leaves; or, where the levels of a tree have classifiers of their own, ``levels_colour``: of its
nodes, level by level."""


@dataclass(frozen=True)
class RowLayout:
    """Where in a row what lies.

    Args:
        segments: By part the length of its code in bits.
        leaves: By part that has probabilities of leaves their number.
        nodes: By part that has such of the nodes of every level their number.

    Example:
        >>> layout = RowLayout({"category": 12, "colour": 8}, {"category": 5})
        >>> layout.width, layout.outputs
        (28, ['codes', 'query', 'posterior_category'])
    """

    segments: Mapping[str, int]
    leaves: Mapping[str, int]
    nodes: Mapping[str, int] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """Numbers in a row."""
        return self.bytes + self.bits + sum(self._chances.values())

    @property
    def _chances(self) -> dict[str, int]:
        # In the order of the parts, as the graphs give them.
        known = {**self.leaves, **self.nodes}
        return {name: known[name] for name in self.segments if name in known}

    @property
    def bytes(self) -> int:
        """Of a code; every segment begins with a byte of its own."""
        return sum(map(packed_width, self.segments.values()))

    @property
    def bits(self) -> int:
        """Of a code."""
        return sum(self.segments.values())

    @property
    def outputs(self) -> list[str]:
        """Names of a graph's outputs, in their order."""
        return [
            CODES,
            QUERY,
            *(f"{POSTERIOR if name in self.leaves else LEVELS}{name}" for name in self._chances),
        ]

    def rows(self, found: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
        """Outputs of a graph, in their order, as rows."""
        return np.concatenate([np.asarray(one, dtype=np.float64) for one in found], axis=1)

    def codes(self, rows: NDArray[np.float64], name: str) -> NDArray[np.uint8]:
        """The code of a part, uint8 (n, bytes)."""
        widths = {part: packed_width(bits) for part, bits in self.segments.items()}
        return rows[:, _place(widths, name)].astype(np.uint8)

    def query(self, rows: NDArray[np.float64], name: str) -> NDArray[np.float32]:
        """The query of a part, float32 (n, bits)."""
        return rows[:, _place(self.segments, name, self.bytes)].astype(np.float32)

    def chances(self, rows: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        """Probabilities of a part, (n, leaves) or (n, nodes)."""
        return rows[:, _place(self._chances, name, self.bytes + self.bits)]


def _place(sizes: Mapping[str, int], name: str, start: int = 0) -> slice:
    for part, size in sizes.items():
        if part == name:
            return slice(start, start + size)
        start += size
    raise KeyError(name)
