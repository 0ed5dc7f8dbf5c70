"""Charts of the report as inline SVG."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from numpy.typing import NDArray

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe and Ito's palette: told apart by colour-blind readers.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = "osD^vP"

Curves = Mapping[str, tuple[Sequence[float], Sequence[float]]]


def colours(names: Sequence[str]) -> dict[str, str]:
    """One colour for each method, the same in every chart."""
    return {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(sorted(names))}


def bars(values: Mapping[str, Mapping[str, float]], label: str) -> str:
    """Grouped bars: one group for each key of the inner mappings, one bar for each method.

    A method that lacks a group has no bar there.
    """
    names = list(values)
    groups = list(dict.fromkeys(group for own in values.values() for group in own))
    figure, axis = plt.subplots(figsize=(7.2, 3.0))
    width = 0.8 / max(len(names), 1)
    palette = colours(names)
    for place, name in enumerate(names):
        where = [group + (place - (len(names) - 1) / 2) * width for group in range(len(groups))]
        heights = [values[name].get(group, math.nan) for group in groups]
        axis.bar(where, heights, width * 0.92, label=name, color=palette[name])
    axis.set_xticks(range(len(groups)), groups)
    axis.set_ylabel(label)
    return _finished(figure, axis)


def lines(curves: Curves, x: str, y: str, ticks: Sequence[float] | None = None) -> str:
    """One line for each method: (x values, y values)."""
    figure, axis = plt.subplots(figsize=(7.2, 3.0))
    palette = colours(list(curves))
    for place, (name, (across, up)) in enumerate(curves.items()):
        axis.plot(
            across,
            up,
            marker=MARKERS[place % len(MARKERS)],
            markersize=3.5,
            label=name,
            color=palette[name],
        )
    if ticks is not None:
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.set_xlabel(x)
    axis.set_ylabel(y)
    return _finished(figure, axis)


def heat(
    shares: NDArray[np.float64], starts: Sequence[int], names: Sequence[str], x: str, y: str
) -> str:
    """A square matrix of shares in 0..1, with lines where the groups ``starts`` begin."""
    figure, axis = plt.subplots(figsize=(6.2, 5.6))
    # The square root lets small shares be seen.
    shown = axis.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    middles = (np.array([*starts[1:], len(shares)]) + np.array(starts)) / 2 - 0.5
    for start in starts[1:]:
        axis.axhline(start - 0.5, color="#D55E00", linewidth=0.8)
        axis.axvline(start - 0.5, color="#D55E00", linewidth=0.8)
    axis.set_xticks(middles, names, rotation=30, ha="right", fontsize=8)
    axis.set_yticks(middles, names, fontsize=8)
    axis.tick_params(length=0)
    axis.set_xlabel(x)
    axis.set_ylabel(y)
    bar = figure.colorbar(shown, shrink=0.75)
    bar.set_ticks([0, 0.25**0.5, 0.5**0.5, 1], labels=["0", "25 %", "50 %", "100 %"])
    return _svg(figure)


def _finished(figure: Figure, axis: Axes) -> str:
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(axis="y", alpha=0.25)
    axis.set_ylim(0, 1.02)  # every metric drawn lies in 0..1
    figure.legend(
        *axis.get_legend_handles_labels(),
        frameon=False,
        fontsize=8,
        ncols=3,
        loc="lower center",
        bbox_to_anchor=(0.5, 0.9),
    )
    return _svg(figure)


def _svg(figure: Figure) -> str:
    stream = io.StringIO()
    figure.savefig(stream, format="svg", bbox_inches="tight", facecolor="white")
    plt.close(figure)
    svg = stream.getvalue()
    return svg[svg.index("<svg") :]
