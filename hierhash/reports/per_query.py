"""Per-query scores of runs, from the files beside the result lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from hierhash.errors import RunError
from hierhash.reports.runs import Run


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
