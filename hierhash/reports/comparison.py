"""Paired comparison of every row with the reference, by bootstrap over queries and seeds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hierhash.metrics.bootstrap import paired_intervals
from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.per_query import seed_scores
from hierhash.reports.reference import reference
from hierhash.reports.runs import (
    Run,
    asks_real,
    counted,
    counted_columns,
    headline_names,
    main_bits,
)
from hierhash.reports.section import Cell, Section, Table

METRICS = ("map_leaf", "hap", "ndcg@100")
Key = tuple[int, str, str, str]  # bits, name, direction, metric
Interval = tuple[float, float, float]


def intervals(results: Path, runs: list[Run]) -> dict[Key, Interval]:
    """Score of each row less that of the reference: mean and 95 % interval.

    Over the seeds that both have; queries with nothing relevant are left out. Empty where the suite
    has no such row, or no per-query scores. Methods that real queries ask alone are not compared:
    the scores kept by query are those of codes that ask.
    """
    first = reference(runs)
    runs = [run for run in runs if run["name"] == first or not asks_real(run)]
    keys: list[Key] = []
    columns: list[NDArray[np.float64]] = []
    for bits in sorted({run["bits"] for run in runs}):
        for direction in DIRECTIONS:
            for metric in METRICS:
                field = f"{direction}/{metric}"
                ours = seed_scores(results, runs, first, bits, field)
                for name in dict.fromkeys(run["name"] for run in runs if run["bits"] == bits):
                    theirs = seed_scores(results, runs, name, bits, field)
                    both = sorted(set(ours) & set(theirs))
                    if name != first and both:
                        keys.append((bits, name, direction, metric))
                        columns.append(np.stack([theirs[seed] - ours[seed] for seed in both]))
    found: dict[Key, Interval] = {}
    # Queries left out and seeds differ, so comparisons with the same ones go together.
    kept = [~np.isnan(column).any(axis=0) for column in columns]
    patterns = [(len(column), one.tobytes()) for column, one in zip(columns, kept, strict=True)]
    for pattern in dict.fromkeys(patterns):
        members = [place for place, one in enumerate(patterns) if one == pattern]
        if not kept[members[0]].any():
            continue
        stacked = np.stack([columns[place][:, kept[place]] for place in members], axis=2)
        parts = paired_intervals(stacked)
        for place, *values in zip(members, *(part.tolist() for part in parts), strict=True):
            found[keys[place]] = (values[0], values[1], values[2])
    return found


def mark(interval: Interval | None) -> str:
    """▼ significantly below the reference, ▲ above, nothing where it is open.

    Example:
        >>> mark((-0.1, -0.2, -0.05)), mark((0.1, -0.1, 0.3))
        ('▼', '')
    """
    if interval is None:
        return ""
    _, low, high = interval
    return "▼" if high < 0 else "▲" if low > 0 else ""


def comparison_section(runs: list[Run], found: dict[Key, Interval]) -> Section | None:
    """Differences and intervals of the headline rows, at the main code length."""
    bits = main_bits(runs)
    columns = [(direction, metric) for direction in DIRECTIONS for metric in METRICS]
    rows: list[list[Cell | str]] = []
    for name in headline_names(runs):
        own = [run for run in runs if run["name"] == name and run["bits"] == bits]
        if any((bits, name, *column) in found for column in columns):
            cells = [
                counted(own, direction)
                if metric == "n"
                else _interval(found.get((bits, name, direction, metric)))
                for direction, metric in counted_columns(columns)
            ]
            rows.append([name, *cells])
    if not rows:
        return None
    header = ["method", *(f"{d} {m}" for d, m in counted_columns(columns))]
    note = (
        f"Score less that of {reference(runs)}, {bits} bits: mean over seeds and queries, with the "
        "95 % interval of a paired bootstrap (10,000 resamples of seeds and queries together, not "
        "corrected for many comparisons). Unmarked: undecided."
    )
    return Section("Paired comparison", note, [Table(header, rows)])


def _interval(one: Interval | None) -> Cell | str:
    if one is None:
        return ""
    mean, low, high = one
    return Cell(f"{mean:+.3f} {mark(one)}".strip(), spread=f"[{low:+.3f}, {high:+.3f}]")
