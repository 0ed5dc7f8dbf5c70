"""Paired comparison of every row with the tree-aware one, by bootstrap over queries."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hierhash.metrics.bootstrap import paired_intervals
from hierhash.reports.runs import DIRECTIONS, OURS, Run, headline_names, main_bits, seed_average
from hierhash.reports.section import Cell, Section, Table

METRICS = ("map_leaf", "hap", "ndcg@100")
Key = tuple[int, str, str, str]  # bits, name, direction, metric
Interval = tuple[float, float, float]


def intervals(results: Path, runs: list[Run]) -> dict[Key, Interval]:
    """Score of each row less that of ``hierarchical_dcmh``: mean and 95 % interval.

    The scores of a query are averaged over seeds first; queries with nothing relevant are left
    out. Empty where the suite has no such row, or no per-query scores.
    """
    keys: list[Key] = []
    columns = []
    for bits in sorted({run["bits"] for run in runs}):
        for direction in DIRECTIONS:
            for metric in METRICS:
                field = f"{direction}/{metric}"
                ours = seed_average(results, runs, OURS, bits, field)
                for name in dict.fromkeys(run["name"] for run in runs if run["bits"] == bits):
                    theirs = seed_average(results, runs, name, bits, field)
                    if name == OURS or ours is None or theirs is None:
                        continue
                    keys.append((bits, name, direction, metric))
                    columns.append(theirs - ours)
    if not columns:
        return {}
    found: dict[Key, Interval] = {}
    # Queries left out differ between metrics, so comparisons with the same ones go together.
    kept = [~np.isnan(column) for column in columns]
    for pattern in {one.tobytes() for one in kept}:
        members = [place for place, one in enumerate(kept) if one.tobytes() == pattern]
        stacked = np.stack([columns[place][kept[place]] for place in members], axis=1)
        parts = paired_intervals(stacked)
        for place, *values in zip(members, *(part.tolist() for part in parts), strict=True):
            found[keys[place]] = (values[0], values[1], values[2])
    return found


def mark(interval: Interval | None) -> str:
    """▼ significantly below ``hierarchical_dcmh``, ▲ above, nothing where it is open.

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
        own = [found.get((bits, name, *column)) for column in columns]
        if any(own):
            rows.append([name, *(_interval(one) for one in own)])
    if not rows:
        return None
    header = ["method", *(f"{direction} {metric}" for direction, metric in columns)]
    note = (
        f"Score less that of {OURS}, {bits} bits: mean over queries of seed-averaged scores, with "
        "the 95 % interval of a paired bootstrap (10,000 resamples of the queries, not corrected "
        "for many comparisons). ▼ below, ▲ above, unmarked: undecided."
    )
    return Section("Paired comparison", note, [Table(header, rows)])


def _interval(one: Interval | None) -> Cell | str:
    if one is None:
        return ""
    mean, low, high = one
    return Cell(f"{mean:+.3f} {mark(one)}".strip(), spread=f"[{low:+.3f}, {high:+.3f}]")
