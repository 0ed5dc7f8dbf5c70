"""Sections with charts: against code length, level by level, precision and recall."""

from __future__ import annotations

import pandas as pd

from hierhash.reports import charts
from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.runs import Run, counted, drawn_names, main_bits, tidy
from hierhash.reports.section import Chart, Section
from hierhash.reports.words import sentence


def length_section(runs: list[Run]) -> Section | None:
    """Leaf mAP and H-AP against bits; None with one length only."""
    frame = _headline(runs)
    lengths = sorted(frame["bits"].unique().tolist())
    if len(lengths) < 2:
        return None
    drawn = []
    for direction in DIRECTIONS:
        for metric in ("map_leaf", "hap"):
            part = frame[(frame.direction == direction) & (frame.metric == metric)]
            curves = {}
            for name in drawn_names(runs):
                means = part[part["name"] == name].groupby("bits")["value"].mean()
                curves[name] = (means.index.tolist(), means.tolist())
            chart = charts.lines(curves, "bits", f"{direction} {metric}", lengths)
            said = f"{sentence(direction)}: {metric} against code length, {_of(runs, direction)}."
            drawn.append(Chart(chart, said))
    note = "Mean over seeds. A method of one size only is a point at the main length."
    return Section(
        "Length of the code",
        note,
        charts=drawn,
        methods=drawn_names(runs),
        terms=["bits", "map_leaf", "hap", *DIRECTIONS],
    )


def level_section(runs: list[Run]) -> Section:
    """MAP at each level of the tree."""
    bits = main_bits(runs)
    frame = _headline(runs)
    frame = frame[(frame.bits == bits) & frame.metric.str.startswith("map_level_")]
    drawn = []
    for direction in DIRECTIONS:
        means = frame[frame.direction == direction].groupby(["name", "metric"])["value"].mean()
        values = {
            name: {
                f"level {metric.removeprefix('map_level_')}": float(value)
                for metric, value in means[name].items()
            }
            for name in drawn_names(runs)
            if name in means.index
        }
        said = f"{sentence(direction)}: mAP level by level, {_of(runs, direction)}."
        drawn.append(Chart(charts.bars(values, f"{direction} mAP"), said))
    note = "Relevant means the same node of that level; level 1 is the coarsest. Mean over seeds."
    return Section(
        f"Level by level, {bits} bits",
        note,
        charts=drawn,
        methods=drawn_names(runs),
        terms=["mAP", *DIRECTIONS],
    )


def curve_section(runs: list[Run]) -> Section:
    """Precision against recall by rank and by Hamming radius, leaf matches, first seed."""
    bits = main_bits(runs)
    drawn = []
    for direction in DIRECTIONS:
        for kind, recall, precision in (
            ("rank", "recall", "precision"),
            ("distance", "radius_recall", "radius_precision"),
        ):
            curves = {
                name: _found(curve[recall], curve[precision])
                for name, curve in _first_curves(runs, bits, direction).items()
            }
            chart = charts.lines(curves, f"{direction} recall", "precision")
            said = f"{sentence(direction)}, by {kind}, {_of(runs, direction)}."
            drawn.append(Chart(chart, said))
    note = (
        "Leaf matches, first seed. By rank: mean over queries at ranks 1 to 10,000. By distance: "
        "pooled over queries, all items within 0, 1, 2, ... bits (or steps of the method's own "
        "distance; a method without whole-number distances has no such curve)."
    )
    return Section(
        f"Precision and recall, {bits} bits",
        note,
        charts=drawn,
        methods=drawn_names(runs),
        terms=["precision", "recall", *DIRECTIONS],
    )


def _found(recall: list[float], precision: list[float]) -> tuple[list[float], list[float]]:
    """The points at which something relevant was found; before them precision means nothing."""
    kept = [(r, p) for r, p in zip(recall, precision, strict=True) if r > 0]
    return [r for r, _ in kept], [p for _, p in kept]


def _of(runs: list[Run], direction: str) -> str:
    return f"{counted(runs, direction)} queries"


def _headline(runs: list[Run]) -> pd.DataFrame:
    frame = tidy([run for run in runs if not run["variant"]])
    return frame[(frame.database == "all") & (frame.order == "own")]


def _first_curves(runs: list[Run], bits: int, direction: str) -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = {}
    for name in drawn_names(runs):
        own = [run for run in runs if run["name"] == name and run["bits"] == bits]
        if own:
            found[name] = min(own, key=lambda run: run["seed"])["curves"][direction]
    return found
