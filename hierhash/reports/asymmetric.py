"""Scores by the distance of codes beside those by the second score, of real-valued queries."""

from __future__ import annotations

import math

from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.means_table import Row, best_cell, best_of
from hierhash.reports.runs import (
    Run,
    asks_real,
    average_scores,
    counted,
    counted_columns,
    headline_names,
    main_bits,
    tidy,
)
from hierhash.reports.section import Section, Table

METRICS = ("map_leaf", "hap")
ORDERS = {"": "own", "/rescored": "asymmetric"}


def asymmetric_section(runs: list[Run]) -> Section | None:
    """Both scores of every row that has the second one; None where it was not measured.

    Codes that real queries ask alone have the second one only.
    """
    having = [run for run in runs if _is_rescored(run) or asks_real(run)]
    if not headline_names([run for run in having if _is_rescored(run)]):
        return None
    bits = main_bits(having)
    own = [run for run in having if run["bits"] == bits]
    means = average_scores(tidy(own))["mean"]
    real = {run["name"] for run in own if asks_real(run)}
    columns = [(d, m + ending) for d in DIRECTIONS for m in METRICS for ending in ORDERS]
    numbers = {
        name: {
            (direction, metric): float(
                means.get((bits, name, "all", direction, *_place(metric, name in real)), math.nan)
            )
            for direction, metric in columns
        }
        for name in headline_names(own)
    }
    best = {column: best_of([of[column] for of in numbers.values()]) for column in columns}
    rows: list[Row] = []
    for name, of in numbers.items():
        mine = [run for run in own if run["name"] == name]
        cells: Row = [
            counted(mine, column[0])
            if column[1] == "n"
            else ""
            if math.isnan(of[column])
            else best_cell(of[column], best[column])
            for column in counted_columns(columns)
        ]
        rows.append([name, *cells])
    note = (
        "The same codes twice: ordered by their own distance (of bits: Hamming), and (rescored) by "
        "the second score, of the query's real outputs against the codes (of bits: the product, "
        "outputs cut to -1..1), by which a search orders all items. Some codes have the "
        "second alone. Mean over seeds."
    )
    header = ["method", *(f"{d} {m}" for d, m in counted_columns(columns))]
    return Section(f"Asymmetric distance, {bits} bits", note, [Table(header, rows)])


def _place(metric: str, real: bool) -> tuple[str, str]:
    """Order and metric of a column; the own order of codes that real queries ask is the second.

    Example:
        >>> _place("hap/rescored", False), _place("hap", False), _place("hap/rescored", True)
        (('asymmetric', 'hap'), ('own', 'hap'), ('own', 'hap'))
    """
    name, slash, ending = metric.partition("/")
    if real:
        return ("own" if slash else "none"), name
    return ORDERS[slash + ending], name


def _is_rescored(run: Run) -> bool:
    return all("asymmetric" in run["results"]["all"].get(one, {}) for one in DIRECTIONS)
