"""Charts of the report as inline SVG."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

# Okabe and Ito's palette: told apart by colour-blind readers.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def colours(names: Sequence[str]) -> dict[str, str]:
    """One colour for each method, the same in every chart."""
    return {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(sorted(names))}


def bars(values: Mapping[str, Mapping[str, float]], label: str) -> str:
    """Grouped bars: one group for each key of the inner mappings, one bar for each method."""
    names, groups = list(values), list(next(iter(values.values())))
    figure, axis = plt.subplots(figsize=(7.2, 3.0))
    width = 0.8 / len(names)
    for place, (name, colour) in enumerate(colours(names).items()):
        where = [group + (place - (len(names) - 1) / 2) * width for group in range(len(groups))]
        axis.bar(where, list(values[name].values()), width * 0.92, label=name, color=colour)
    axis.set_xticks(range(len(groups)), groups)
    axis.set_ylabel(label)
    return _svg(figure)


def lines(curves: Mapping[str, tuple[Sequence[float], Sequence[float]]], x: str, y: str) -> str:
    """One line for each method: (x values, y values)."""
    figure, axis = plt.subplots(figsize=(7.2, 3.0))
    palette = colours(list(curves))
    for name, (across, up) in curves.items():
        axis.plot(across, up, marker="o", markersize=3, label=name, color=palette[name])
    axis.set_xlabel(x)
    axis.set_ylabel(y)
    return _svg(figure)


def _svg(figure: Figure) -> str:
    axis = figure.axes[0]
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(axis="y", alpha=0.25)
    axis.set_ylim(bottom=0)
    axis.legend(frameon=False, fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, 1.28))
    stream = io.StringIO()
    figure.savefig(stream, format="svg", bbox_inches="tight", facecolor="white")
    plt.close(figure)
    svg = stream.getvalue()
    return svg[svg.index("<svg") :]
