"""Charts of the report as inline SVG that takes its colours from the page, light or dark."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hierhash.reports.looks import look

# matplotlib knows no CSS variables: these colours stand for them until the SVG is written.
INK = "#010203"
ACCENT = "#010205"
_METHOD = "#0a0b{:02x}"

Curves = Mapping[str, tuple[Sequence[float], Sequence[float]]]


def bars(values: Mapping[str, Mapping[str, float]], label: str) -> str:
    """Grouped bars: one group for each key of the inner mappings, one bar for each method.

    A method that lacks a group has no bar there.
    """
    names = list(values)
    groups = list(dict.fromkeys(group for own in values.values() for group in own))
    width = 0.84 / max(len(names), 1)
    with drawing() as (figure, axis):
        for place, name in enumerate(names):
            left = (place - (len(names) - 1) / 2) * width
            heights = [values[name].get(group, math.nan) for group in groups]
            where = [group + left for group in range(len(groups))]
            axis.bar(where, heights, width * 0.9, color=colour(name))
        axis.set_xticks(range(len(groups)), groups)
        axis.tick_params(axis="x", length=0)
        axis.set_ylabel(label)
        return _finished(figure, axis)


def lines(curves: Curves, x: str, y: str, ticks: Sequence[float] | None = None) -> str:
    """One line for each method: (x values, y values)."""
    with drawing() as (figure, axis):
        for name, (across, up) in curves.items():
            axis.plot(
                across,
                up,
                marker=look(name).marker,
                markersize=4,
                markevery=max(1, len(across) // 20),
                markeredgewidth=0,
                linewidth=1.3,
                color=colour(name),
            )
        if ticks is not None:
            axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.set_xlabel(x)
        axis.set_ylabel(y)
        return _finished(figure, axis)


def colour(name: str) -> str:
    """What stands for a method's colour while a chart is drawn."""
    return _METHOD.format(look(name).colour)


@contextmanager
def drawing(width: float = 5.2, height: float = 2.9) -> Iterator[tuple[Figure, Axes]]:
    """A figure with one axis, small enough that its letters can be read on a telephone."""
    style: dict[Any, Any] = {
        "text.parse_math": False,  # a name may hold dollar signs
        "svg.fonttype": "none",  # letters stay text: they can be read aloud and searched
        "svg.hashsalt": "hierhash",  # the same chart is the same file
        "font.size": 8,
        "axes.linewidth": 0.6,
        **dict.fromkeys(
            ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK
        ),
        "grid.color": INK,
    }
    with plt.rc_context(style):
        figure, axis = plt.subplots(figsize=(width, height))
        try:
            yield figure, axis
        finally:
            plt.close(figure)


def svg(figure: Figure) -> str:
    """The figure as an ``svg`` element in the page's colours, without a background."""
    stream = io.StringIO()
    figure.savefig(
        stream, format="svg", bbox_inches="tight", transparent=True, metadata={"Date": None}
    )
    text = stream.getvalue()
    text = text[text.index("<svg") :].replace(INK, "currentColor").replace(ACCENT, "var(--accent)")
    slots = _METHOD.format(0)[:-2]
    return re.sub(slots + "([0-9a-f]{2})", lambda found: f"var(--method-{int(found[1], 16)})", text)


def _finished(figure: Figure, axis: Axes) -> str:
    axis.spines[["top", "right"]].set_visible(False)
    axis.set_axisbelow(True)
    axis.grid(axis="y", alpha=0.2, linewidth=0.6)
    axis.set_ylim(0, 1.02)  # every metric drawn lies in 0..1
    return svg(figure)
