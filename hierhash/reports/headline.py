"""The headline table: mean, deviation over seeds, and significance."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from hierhash.reports.comparison import Interval, Key, intervals, mark
from hierhash.reports.cost import train_seconds
from hierhash.reports.facts import within_markdown
from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.markdown import markdown_table
from hierhash.reports.reference import reference
from hierhash.reports.runs import (
    Run,
    answering,
    asks_real,
    average_scores,
    counted,
    counted_columns,
    item_bytes,
    load_results,
    tidy,
)
from hierhash.reports.section import Cell, Section, Table

METRICS = ("map_leaf", "map_leaf_macro", "hap", "ndcg@100")


def headline_table(
    runs: list[Run], found: dict[Key, Interval], metrics: tuple[str, ...] = METRICS
) -> Table:
    """Rows by bits and method; the best mean of each column and length is bold."""
    frame = tidy([run for run in runs if not run["variant"]])
    frame = frame[(frame.database == "all") & (frame.order == "own")]
    table = average_scores(frame[frame.metric.isin(metrics)]).reset_index()
    columns = [(direction, metric) for direction in DIRECTIONS for metric in metrics]
    rows: list[list[Cell | str]] = []
    for bits, part in table.groupby("bits"):
        best = part.groupby(["direction", "metric"])["mean"].max()
        for name in part["name"].unique():
            own = part[part["name"] == name].set_index(["direction", "metric"])
            mine = [run for run in runs if (run["name"], run["bits"]) == (name, bits)]
            cells = [
                counted(mine, key[0])
                if key[1] == "n"
                else _cell(
                    own.loc[key, "mean"],
                    own.loc[key, "std"],
                    bool(round(own.loc[key, "mean"], 3) >= round(best[key], 3)),
                    mark(found.get((int(str(bits)), str(name), *key))),
                )
                for key in counted_columns(columns)
            ]
            seeds = str(own["count"].iloc[0])
            costs = [item_bytes(mine), train_seconds(mine)]
            asks = " (real query)" if asks_real(mine[0]) else ""
            rows.append([str(bits), f"{name}{asks}", seeds, *costs, *cells])
    costs = ["bytes", "seconds"]
    header = ["bits", "method", "seeds", *costs, *(f"{d} {m}" for d, m in counted_columns(columns))]
    return Table(header, rows, names=2, grouped=True)


def headline_section(runs: list[Run], found: dict[Key, Interval], left_out: str = "") -> Section:
    """The headline with its note, which ends with what is said of lines that are left out."""
    note = (
        "Mean ± deviation over training seeds; the best of each length is bold. A method of one "
        "size only stands at the main length: its bytes tell how large it is."
    )
    if any(asks_real(run) for run in runs):
        note += (
            " (real query): codes that only a query's own numbers score; what the other rows are "
            "under such queries stands below and in the arena."
        )
    if found:
        note += (
            f" ▲ and ▼: significantly above and below {reference(runs)}; map_leaf_macro is not "
            "tested."
        )
    note += f" {left_out}" if left_out else ""
    return Section("Headline", note, [headline_table(runs, found)])


def headline_markdown(suite: str, results: Path) -> str:
    """The headline of a suite as a Markdown table, without the macro means.

    A line below it tells of results that are left out. Where no row answers across modalities, the
    table is that of pictures that find pictures.

    Raises:
        RunError: There are no results, or a line is damaged.
    """
    runs, left_out = load_results(suite, results)
    metrics = ("map_leaf", "hap", "ndcg@100")
    both = answering(runs, DIRECTIONS)
    if not both:
        return within_markdown(suite, results)
    table = markdown_table(headline_table(both, intervals(results, both), metrics))
    return f"{table}\n{left_out}\n" if left_out else table


def of_one_modality(suite: str, results: Path) -> list[str]:
    """Names of rows that answer in no direction across modalities, where others do."""
    runs, _ = load_results(suite, results)
    both = {run["name"] for run in answering(runs, DIRECTIONS)}
    return sorted({run["name"] for run in runs} - both) if both else []


def _cell(mean: float, deviation: float, best: bool, verdict: str) -> Cell:
    spread = "" if pd.isna(deviation) else f"±{deviation:.3f}"
    return Cell(f"{mean:.3f}", best, f"{spread} {verdict}".strip())
