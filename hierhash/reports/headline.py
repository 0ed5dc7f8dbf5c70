"""The headline table: mean and deviation over seeds, from a suite's result file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from hierhash.errors import RunError
from hierhash.training.jsonl import read_lines

METRICS = ("map_leaf", "map_leaf_macro", "hap", "ndcg@100")
DIRECTIONS = ("i2t", "t2i")


def load_frame(suite: str, results: Path) -> pd.DataFrame:
    """One row for each run, direction and metric of a suite.

    Columns: name (method or method+variant), bits, seed, direction, metric, value; Hamming
    distances, whole database.

    Raises:
        RunError: There are no results, or a line is damaged.
    """
    path = results / f"{suite}.jsonl"
    rows = [
        {
            "name": f"{run['method']}+{run['variant']}" if run["variant"] else run["method"],
            "bits": run["bits"],
            "seed": run["seed"],
            "direction": direction,
            "metric": metric,
            "value": run["results"]["all"][direction]["hamming"][metric],
        }
        for run in read_lines(path)
        for direction in DIRECTIONS
        for metric in METRICS
    ]
    if not rows:
        raise RunError(f"{path}: no results yet; run: hierhash bench {suite}")
    return pd.DataFrame(rows)


def headline_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Mean, standard deviation and number of seeds by bits, name, direction and metric."""
    grouped = frame.groupby(["bits", "name", "direction", "metric"], sort=False)["value"]
    return grouped.agg(["mean", "std", "count"]).reset_index()


def headline_markdown(suite: str, results: Path) -> str:
    """The headline as a Markdown table; the best mean of each column and length is bold."""
    table = headline_table(load_frame(suite, results))
    columns = [(d, m) for d in DIRECTIONS for m in ("map_leaf", "hap", "ndcg@100")]
    lines = [
        "| bits | method | seeds | " + " | ".join(f"{d} {m}" for d, m in columns) + " |",
        "| ---: | --- | ---: |" + " ---: |" * len(columns),
    ]
    for bits, part in table.groupby("bits"):
        best = part.groupby(["direction", "metric"])["mean"].max()
        for name in part["name"].unique():
            own = part[part["name"] == name].set_index(["direction", "metric"])
            cells = []
            for key in columns:
                mean, deviation = own.loc[key, "mean"], own.loc[key, "std"]
                text = f"{mean:.3f}" + ("" if pd.isna(deviation) else f" ±{deviation:.3f}")
                cells.append(f"**{text}**" if mean >= best[key] else text)
            seeds = int(own["count"].iloc[0])
            lines.append(f"| {bits} | {name} | {seeds} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
