"""Reads a suite's result files: the runs, all their numbers as one table, per-query scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hierhash.errors import RunError
from hierhash.reports.lines import read_results

Run = dict[str, Any]

OURS = "hierarchical_dcmh"


def load_results(suite: str, results: Path) -> tuple[list[Run], str]:
    """The runs of a suite that may stand in one table, and what is said of the others.

    Of several lines of one row, length and seed the newest counts. Left out are lines of other data
    (split, tree, halves of the validation items) or other common settings (such as epochs) than the
    newest line of all, and lines of other settings or another revision of the method than the
    newest of their row and length.

    Returns:
        The runs in the order they ended, each with ``name``: method or method+variant; and a
        sentence on the lines that are left out, or nothing. A run of a method that has one length
        only stands among those of the main length: ``bits`` is that length, ``stored_bits`` its
        own.

    Raises:
        RunError: There are no results, or a line is damaged or of another shape.
    """
    path = results / f"{suite}.jsonl"
    runs = read_results(path)
    if not runs:
        raise RunError(f"{path}: no results yet; run: hierhash bench {suite}")
    for run in runs:
        run["name"] = f"{run['method']}+{run['variant']}" if run["variant"] else run["method"]
    of_data = _of_one_split(runs)
    alike = [run for run in of_data if run.get(_COMMON) == runs[-1].get(_COMMON)]
    settings = {(run["name"], run["bits"]): _settings(run) for run in alike}
    newest: dict[tuple[str, int, int], Run] = {}
    other = 0
    for run in alike:
        if _settings(run) == settings[run["name"], run["bits"]]:
            newest[run["name"], run["bits"], run["seed"]] = run
        else:
            other += 1
    reasons = {
        "another split or tree": len(runs) - len(of_data),
        "other settings than the newest line": len(of_data) - len(alike) + other,
    }
    said = [f"{count} of {reason}" for reason, count in reasons.items() if count]
    note = f"Result lines that are left out: {', '.join(said)}." if said else ""
    kept = list(newest.values())
    main = main_bits(kept)
    for run in kept:
        run["stored_bits"] = run["bits"]
        run["bits"] = run["bits"] if run.get("free_length", True) else main
    return kept, note


_COMMON = "conditions_sha256"
_HALVES = "halves_sha256"


def _of_one_split(runs: list[Run]) -> list[Run]:
    """The runs of the newest line's data; those that name no halves stand beside any."""
    of_data = [run for run in runs if _data(run) == _data(runs[-1])]
    named = [run[_HALVES] for run in of_data if run.get(_HALVES)]
    return [run for run in of_data if run.get(_HALVES) in (None, *named[-1:])]


def _data(run: Run) -> tuple[str, str]:
    return run["split_sha256"], run["tree_sha256"]


def _settings(run: Run) -> str:
    """What the runs of a row share; results of 0.1.0 tell the main settings alone."""
    return str(run.get("settings_sha256") or sorted(run.get("settings", {}).items()))


def counted(runs: list[Run], what: str, database: str = "all") -> str:
    """Over how many queries scores of some runs are: ``258``, ``250-258``, or ``?`` if unknown.

    Args:
        runs: The runs.
        what: A direction, ``pairs``, or the side (``image``, ``text``) of a classification.
        database: ``all`` or ``unseen``.

    Example:
        >>> counted([{"queries": {"i2t": {"counted": 9, "skipped": 1}}}], "i2t")
        '9'
    """
    field = "queries" if database == "all" else f"queries_{database}"
    found = {run.get(field, {}).get(what, {}).get("counted") for run in runs}
    if not found or None in found:
        return "?"
    low, high = min(found), max(found)
    return str(low) if low == high else f"{low}-{high}"


def counted_columns(columns: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Columns of directions and metrics, with the number of queries before each direction's.

    Example:
        >>> counted_columns([("i2t", "hap"), ("t2i", "hap")])
        [('i2t', 'n'), ('i2t', 'hap'), ('t2i', 'n'), ('t2i', 'hap')]
    """
    wide = []
    for direction, metric in columns:
        if (direction, "n") not in wide:
            wide.append((direction, "n"))
        wide.append((direction, metric))
    return wide


def tidy(runs: list[Run]) -> pd.DataFrame:
    """Every retrieval number of every run, one row each.

    Columns: name, bits, stored_bits, seed, database (all, unseen), direction, order (own: by the
    method's own distance; asymmetric: by its real score), distance (hamming, tree, dot,
    asymmetric), metric, value.
    """
    columns = [
        "name",
        "bits",
        "stored_bits",
        "seed",
        "database",
        "direction",
        "order",
        "distance",
        "metric",
        "value",
    ]
    return pd.DataFrame(
        [
            (*_key(run), database, direction, _order(run, distance), distance, metric, value)
            for run in runs
            for database, directions in run["results"].items()
            for direction, distances in directions.items()
            for distance, metrics in distances.items()
            for metric, value in metrics.items()
        ],
        columns=columns,
    )


def _key(run: Run) -> tuple[Any, ...]:
    return run["name"], run["bits"], run.get("stored_bits", run["bits"]), run["seed"]


def _order(run: Run, distance: str) -> str:
    return "own" if distance == own_distance(run) else distance


def own_distance(run: Run) -> str:
    """The distance of a run's method; older lines are all of codes of bits.

    Example:
        >>> own_distance({}), own_distance({"distance": "dot"})
        ('hamming', 'dot')
    """
    return str(run.get("distance", "hamming"))


def average_scores(frame: pd.DataFrame) -> pd.DataFrame:
    """Mean, standard deviation and number of seeds; indexed by all columns but seed."""
    keys = ["bits", "name", "database", "direction", "order", "metric"]
    return frame.groupby(keys, sort=False)["value"].agg(["mean", "std", "count"])


def main_bits(runs: list[Run]) -> int:
    """The code length that single-length tables show: 32 where there is one, else the first."""
    lengths = sorted({run["bits"] for run in runs if run.get("free_length", True)})
    lengths = lengths or sorted({run["bits"] for run in runs})
    return 32 if 32 in lengths else lengths[0]


def answering(runs: list[Run], directions: tuple[str, ...]) -> list[Run]:
    """The runs of methods that answer in all of some directions."""
    return [run for run in runs if all(one in run["results"]["all"] for one in directions)]


def headline_names(runs: list[Run]) -> list[str]:
    """Names of the rows without a variant, the tree-aware one first, in the order they were run."""
    names = dict.fromkeys(run["name"] for run in runs if not run["variant"])
    return sorted(names, key=lambda name: name != OURS)


def per_query(results: Path, run: Run) -> dict[str, NDArray[Any]]:
    """Per-query arrays of a run, or nothing where they are not there.

    Raises:
        RunError: The file is damaged.
    """
    name = run.get("scores", f"{run['name']}-{run['bits']}-{run['seed']}.npz")
    path = results / "scores" / run["suite"] / Path(name).name
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
    scores = seed_scores(results, runs, name, bits, key)
    if not scores or len(scores) < len(own):
        return None
    return np.asarray(np.mean(np.stack(list(scores.values())), axis=0, dtype=np.float64))


def seed_scores(
    results: Path, runs: list[Run], name: str, bits: int, key: str
) -> dict[int, NDArray[np.float64]]:
    """A per-query score of each seed of a row, float64 (q,); seeds without it are left out."""
    found = {
        run["seed"]: per_query(results, run).get(key)
        for run in runs
        if run["name"] == name and run["bits"] == bits
    }
    return {seed: scores.astype(np.float64) for seed, scores in found.items() if scores is not None}
