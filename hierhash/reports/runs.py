"""Reads a suite's result files: the runs, all their numbers as one table, per-query scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hierhash.errors import RunError
from hierhash.storage.json_files import read_lines

Run = dict[str, Any]

DIRECTIONS = ("i2t", "t2i")
OURS = "hierarchical_dcmh"


def load_runs(suite: str, results: Path) -> list[Run]:
    """The runs of a suite in the order they ended, each with ``name``: method or method+variant.

    Of several lines of one row, length and seed the newest counts, and only lines of the split and
    tree of the newest line of all.

    Raises:
        RunError: There are no results, or a line is damaged.
    """
    path = results / f"{suite}.jsonl"
    runs = read_lines(path)
    if not runs:
        raise RunError(f"{path}: no results yet; run: hierhash bench {suite}")
    newest: dict[tuple[str, int, int], Run] = {}
    for run in runs:
        run["name"] = f"{run['method']}+{run['variant']}" if run["variant"] else run["method"]
        if all(run[name] == runs[-1][name] for name in ("split_sha256", "tree_sha256")):
            newest[run["name"], run["bits"], run["seed"]] = run
    return list(newest.values())


def tidy(runs: list[Run]) -> pd.DataFrame:
    """Every retrieval number of every run, one row each.

    Columns: name, bits, seed, database (all, unseen), direction, distance (hamming, asymmetric),
    metric, value.
    """
    return pd.DataFrame(
        [
            (run["name"], run["bits"], run["seed"], database, direction, distance, metric, value)
            for run in runs
            for database, directions in run["results"].items()
            for direction, distances in directions.items()
            for distance, metrics in distances.items()
            for metric, value in metrics.items()
        ],
        columns=[
            *("name", "bits", "seed", "database", "direction", "distance", "metric", "value"),
        ],
    )


def average_scores(frame: pd.DataFrame) -> pd.DataFrame:
    """Mean, standard deviation and number of seeds; indexed by all columns but seed."""
    keys = ["bits", "name", "database", "direction", "distance", "metric"]
    return frame.groupby(keys, sort=False)["value"].agg(["mean", "std", "count"])


def main_bits(runs: list[Run]) -> int:
    """The code length that single-length tables show: 32 where there is one, else the first."""
    lengths = sorted({run["bits"] for run in runs})
    return 32 if 32 in lengths else lengths[0]


def headline_names(runs: list[Run]) -> list[str]:
    """Names of the rows without a variant, the tree-aware one first, in the order they were run."""
    names = dict.fromkeys(run["name"] for run in runs if not run["variant"])
    return sorted(names, key=lambda name: name != OURS)


def per_query(results: Path, run: Run) -> dict[str, NDArray[Any]]:
    """Per-query arrays of a run, or nothing where they are not there.

    Raises:
        RunError: The file is damaged.
    """
    path = results / "scores" / run["suite"] / f"{run['name']}-{run['bits']}-{run['seed']}.npz"
    if not path.is_file():
        return {}
    try:
        with np.load(path) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, BadZipFile) as error:
        raise RunError(f"{path}: damaged ({error}); remove it and its run, and bench again") from (
            error
        )


def seed_average(
    results: Path, runs: list[Run], name: str, bits: int, key: str
) -> NDArray[np.float64] | None:
    """A per-query score averaged over the seeds of a row; None where a run lacks it."""
    own = [run for run in runs if run["name"] == name and run["bits"] == bits]
    found = [per_query(results, run).get(key) for run in own]
    scores = [score for score in found if score is not None]
    if not scores or len(scores) < len(own):
        return None
    return np.asarray(np.mean(np.stack(scores), axis=0, dtype=np.float64))
