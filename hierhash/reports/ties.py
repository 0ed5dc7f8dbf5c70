"""Tie-aware scores beside those of the canonical order."""

from __future__ import annotations

from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.means_table import Row
from hierhash.reports.runs import (
    Run,
    average_scores,
    counted,
    counted_columns,
    headline_names,
    tidy,
)
from hierhash.reports.section import Section, Table


def ties_section(runs: list[Run]) -> Section:
    """Both kinds of scores at every length."""
    frame = tidy([run for run in runs if not run["variant"]])
    frame = frame[(frame.database == "all") & (frame.order == "own")]
    means = average_scores(frame)["mean"]
    columns = [
        (direction, prefix + metric)
        for direction in DIRECTIONS
        for metric in ("map_leaf", "hap")
        for prefix in ("", "canonical/")
    ]
    rows: list[Row] = []
    for bits in sorted(set(frame.bits)):
        for name in headline_names([run for run in runs if run["bits"] == bits]):
            own = [run for run in runs if run["name"] == name and run["bits"] == bits]
            cells = [
                counted(own, direction)
                if metric == "n"
                else f"{means[bits, name, 'all', direction, 'own', metric]:.4f}"
                for direction, metric in counted_columns(columns)
            ]
            rows.append([str(bits), name, *cells])
    header = ["bits", "method"]
    for direction, metric in counted_columns(columns):
        is_canonical = metric.startswith("canonical/")
        header.append("canonical" if is_canonical else f"{direction} {metric}")
    note = (
        "Every metric of this report is the expectation over random order inside equal distances. "
        "Beside it here: the one order that an index returns."
    )
    return Section("Ties", note, [Table(header, rows, names=2, grouped=True)])
