"""Tables of means over seeds: a row for each method, a column for each direction and metric."""

from __future__ import annotations

import math

from hierhash.reports.runs import (
    Run,
    average_scores,
    counted,
    counted_columns,
    headline_names,
    of_pairs,
    own_distance,
    tidy,
)
from hierhash.reports.section import Cell, Table

Row = list[Cell | str]
Columns = list[tuple[str, str]]  # direction, metric


def means_table(
    runs: list[Run],
    bits: int,
    columns: Columns,
    database: str = "all",
) -> Table:
    """The rows without a variant at one code length; the best of each column is bold.

    Args:
        runs: The runs.
        bits: The code length.
        columns: What is shown; the queries counted stand before each direction's.
        database: ``all`` or ``unseen``.
    """
    own = [run for run in runs if run["bits"] == bits]
    means = average_scores(tidy(own))["mean"]
    numbers = {
        name: {
            (direction, metric): float(
                means.get((bits, name, database, direction, "own", metric), math.nan)
            )
            for direction, metric in columns
        }
        for name in headline_names(own)
    }
    best = {column: best_of([of[column] for of in numbers.values()]) for column in columns}
    rows: list[Row] = []
    for name, of in numbers.items():
        mine = [run for run in own if run["name"] == name]
        rows.append([name])
        for direction, metric in counted_columns(columns):
            if metric == "n":
                over = "pairs" if all(of_pairs(shown) for _, shown in columns) else direction
                rows[-1].append(counted(mine, over, database))
            else:
                column = direction, metric
                rows[-1].append(best_cell(of[column], best[column]))
    return Table(["method", *(f"{d} {m}" for d, m in counted_columns(columns))], rows)


def mean_of(runs: list[Run], direction: str, metric: str) -> float:
    """The mean of a score by the runs' own distances."""
    values = [run["results"]["all"][direction][own_distance(run)][metric] for run in runs]
    return float(sum(values) / len(values))


def best_of(values: list[float]) -> float:
    """The highest of some numbers, of which those that are not there are NaN."""
    return max((value for value in values if not math.isnan(value)), default=math.nan)


def best_cell(value: float, best: float) -> Cell:
    """Bold if it prints like the best of its column; ? where it was not measured.

    Example:
        >>> best_cell(0.8123, 0.8119).best, best_cell(0.8, 0.9).best, best_cell(math.nan, 1).text
        (True, False, '?')
    """
    if math.isnan(value):
        return Cell("?")
    return Cell(f"{value:.3f}", round(value, 3) >= round(best, 3))
