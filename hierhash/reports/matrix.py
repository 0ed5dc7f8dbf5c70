"""A square matrix of shares as a chart, labelled so that no two labels touch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from hierhash.reports.charts import ACCENT, INK, drawing, svg

SIDE = 4.6  # inches that the matrix takes
SMALLEST = 4.5  # points of the smallest letters
LARGEST = 8.0
LINE = 1.25  # height of a line of letters
LONGEST = 22  # letters of a label

Labels = list[tuple[float, str]]


def matrix_chart(
    shares: NDArray[np.float64], leaves: Sequence[str], tops: Sequence[str], x: str, y: str
) -> str:
    """A matrix whose rows and columns are leaves in the order of a tree.

    Args:
        shares: (n, n) in 0..1; only what is above 0 is drawn.
        leaves: (n,), their names; the labels, where they fit.
        tops: (n,), the top node of each; lines part them, and they are the labels elsewhere.
        x: What the columns are.
        y: What the rows are.
    """
    n = len(shares)
    labels, size = fitting_labels(leaves, tops)
    with drawing(SIDE + 1, SIDE + 1) as (figure, axis):
        rows, columns = np.nonzero(shares)
        cells = [Rectangle((c - 0.5, r - 0.5), 1, 1) for r, c in zip(rows, columns, strict=True)]
        # The square root lets small shares be seen.
        alpha = np.sqrt(shares[rows, columns])
        axis.add_collection(
            PatchCollection(cells, facecolors=ACCENT, edgecolors="none", alpha=alpha)
        )
        for start in starts_of(tops)[1:]:
            axis.axhline(start - 0.5, color=INK, linewidth=0.5, alpha=0.45)
            axis.axvline(start - 0.5, color=INK, linewidth=0.5, alpha=0.45)
        axis.set_xlim(-0.5, n - 0.5)
        axis.set_ylim(n - 0.5, -0.5)
        axis.set_aspect("equal")
        axis.set_xticks([])
        axis.set_yticks([])
        axis.set_position((0, 0, SIDE / (SIDE + 1), SIDE / (SIDE + 1)))
        _write(axis, labels, size, n)
        axis.set_title(f"{y} (rows) and {x} (columns)", fontsize=LARGEST, pad=5)
        return svg(figure)


def fitting_labels(leaves: Sequence[str], tops: Sequence[str]) -> tuple[Labels, float]:
    """The labels of an axis as (place, name), and the size of their letters.

    Leaves where each has room for the smallest letters, else top nodes in the middle of their
    leaves; of those that would touch, the larger ones.

    Example:
        >>> fitting_labels(["a", "b"], ["X", "X"])
        ([(0.0, 'a'), (1.0, 'b')], 8.0)
        >>> labels, _ = fitting_labels(["l"] * 100, ["X"] * 97 + ["Y"] + ["Z"] * 2)
        >>> labels
        [(48.0, 'X'), (98.5, 'Z')]
    """
    each = SIDE * 72 / max(len(leaves), 1)  # points that one leaf has
    if each >= SMALLEST * LINE:
        return [(float(place), leaf) for place, leaf in enumerate(leaves)], min(
            LARGEST, each / LINE
        )
    starts = starts_of(tops)
    ends = [*starts[1:], len(tops)]
    groups = sorted(zip(starts, ends, strict=True), key=lambda one: one[0] - one[1])
    kept: Labels = []
    for start, end in groups:
        middle = (start + end - 1) / 2
        if all(abs(middle - other) * each >= LARGEST * LINE for other, _ in kept):
            kept.append((middle, tops[start]))
    return sorted(kept), LARGEST


def starts_of(tops: Sequence[str]) -> list[int]:
    """Where each run of equal names begins.

    Example:
        >>> starts_of(["X", "X", "Y"])
        [0, 2]
    """
    return [place for place in range(len(tops)) if place == 0 or tops[place] != tops[place - 1]]


def _write(axis: Axes, labels: Labels, size: float, n: int) -> None:
    gap = 0.006 * n
    for place, name in labels:
        shown = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
        axis.text(-0.5 - gap, place, shown, ha="right", va="center", fontsize=size)
        axis.text(place, n - 0.5 + gap, shown, ha="center", va="top", rotation=90, fontsize=size)
