"""Sections with charts: against code length, level by level, precision and recall."""

from __future__ import annotations

import pandas as pd

from hierhash.reports import charts
from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.runs import Run, counted, headline_names, main_bits, tidy
from hierhash.reports.section import Section

WORDS = {"i2t": "Images look for texts", "t2i": "Texts look for images"}


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
            for name in headline_names(runs):
                means = part[part["name"] == name].groupby("bits")["value"].mean()
                curves[name] = (means.index.tolist(), means.tolist())
            chart = charts.lines(curves, "bits", f"{metric} ({direction})", lengths)
            said = f"{WORDS[direction]}: {metric} against code length, {_of(runs, direction)}."
            drawn.append((chart, said))
    return Section("Length of the code", "Mean over seeds.", charts=drawn)


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
            for name in headline_names(runs)
            if name in means.index
        }
        said = f"{WORDS[direction]}, {_of(runs, direction)}."
        drawn.append((charts.bars(values, f"mAP ({direction})"), said))
    note = "Relevant means the same node of that level; level 1 is the coarsest. Mean over seeds."
    return Section(f"Level by level, {bits} bits", note, charts=drawn)


def curve_section(runs: list[Run]) -> Section:
    """Precision against recall by rank and by Hamming radius, leaf matches, first seed."""
    bits = main_bits(runs)
    drawn = []
    for direction in DIRECTIONS:
        for kind, recall, precision in (
            ("rank", "recall", "precision"),
            ("Hamming radius", "radius_recall", "radius_precision"),
        ):
            curves = {
                name: _found(curve[recall], curve[precision])
                for name, curve in _first_curves(runs, bits, direction).items()
            }
            chart = charts.lines(curves, f"recall ({direction})", "precision")
            drawn.append((chart, f"{WORDS[direction]}, by {kind}, {_of(runs, direction)}."))
    note = (
        "Leaf matches, first seed. By rank: mean over queries at ranks 1 to 10,000. By radius: "
        "pooled over queries, all items within 0, 1, 2, ... bits."
    )
    return Section(f"Precision and recall, {bits} bits", note, charts=drawn)


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
    for name in headline_names(runs):
        own = [run for run in runs if run["name"] == name and run["bits"] == bits]
        if own:
            found[name] = min(own, key=lambda run: run["seed"])["curves"][direction]
    return found
