"""The result files of a suite: a line for each trial and run, and per-query scores."""

from __future__ import annotations

import hashlib
import io
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hierhash.bench.suite import Overrides, Row, Suite
from hierhash.bench.suite_file import bench_command
from hierhash.config.hash import conditions_hash, config_hash, settings_hash
from hierhash.config.schema import RunConfig
from hierhash.environment import environment
from hierhash.errors import RunError
from hierhash.labels.tree import LabelTree
from hierhash.methods.registry import find_preset
from hierhash.prepare import Prepared
from hierhash.storage.json_files import append_line, read_json, read_lines, write_json
from hierhash.storage.whole_file import whole_file

_REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Job:
    """One training: a trial on validation, or a final run."""

    row: Row
    bits: int
    seed: int
    trial: Overrides
    final: bool


class SuiteResults:
    """What a suite has done on the data at hand; lines of other data or settings do not count.

    Args:
        suite: The suite.
        folder: Results folder: ``SUITE.jsonl``, ``SUITE.tuning.jsonl``, the split and the tree of
            the lines (``data_file`` tells their names), ``environments.json``, ``scores/SUITE/``.
        prepared: Its data.

    The commit and the environment are those of the moment this is made: what the workers loaded.

    Raises:
        RunError: The folder is that of the repository's committed results, and the package has
            changes that are not committed.
    """

    def __init__(self, suite: Suite, folder: Path, prepared: Prepared) -> None:
        self.suite, self.folder, self.prepared = suite, folder, prepared
        self.runs = folder / f"{suite.name}.jsonl"
        self.tuning = folder / f"{suite.name}.tuning.jsonl"
        self.data = {
            "split_sha256": prepared.split.sha256,
            "tree_sha256": prepared.tree.sha256,
            "halves_sha256": prepared.split.halves_sha256,
        }
        self._here = environment()
        refuse_changed_code(folder, self._here["commit"])

    def config(self, job: Job) -> RunConfig:
        """The config of a job."""
        return self.suite.config(job.row, job.bits, job.seed, job.trial)

    def has(self, job: Job) -> bool:
        """Whether the job was done."""
        line = self._of_this_data(self.runs if job.final else self.tuning).get(
            config_hash(self.config(job))
        )
        return line is not None and (job.final or line.get("items") == job.row.trial_items)

    def choose(self, row: Row) -> Overrides:
        """The trial of a row with the best validation objective; ties go to the earlier trial.

        A trial that failed or has no score loses; ``losers`` counts them.

        Raises:
            RunError: A trial is missing, or all of them lose.
        """
        trials = self.suite.trials_of(row)
        if len(trials) == 1:
            return trials[0]
        scores = self._trial_scores(row)
        if len(scores) < len(trials):
            raise RunError(
                f"{self.suite.name}: a trial of {row.name} is missing; run the suite again"
            )
        best = max(range(len(trials)), key=lambda place: (scores[place], -place))
        if scores[best] == -math.inf:
            raise RunError(
                f"{self.suite.name}: every trial of {row.name} failed or has no validation score; "
                "change its trials, or give the split labelled validation items"
            )
        return trials[best]

    def losers(self, row: Row) -> int:
        """How many trials of a row failed or have no validation score."""
        return self._trial_scores(row).count(-math.inf)

    def _trial_scores(self, row: Row) -> list[float]:
        """Scores of the trials that were done, in their order; minus infinity for a loser."""
        done = self._of_this_data(self.tuning)
        lines = [
            done.get(config_hash(self.config(self.trial_job(row, trial))))
            for trial in self.suite.trials_of(row)
        ]
        return [
            _score(line, self.tuning)
            for line in lines
            if line is not None and line.get("items") == row.trial_items
        ]

    def trial_job(self, row: Row, trial: Overrides) -> Job:
        """A trial at the suite's tuning length and seed."""
        return Job(row, self.suite.tuning_bits, self.suite.tuning_seed, trial, final=False)

    def store_trial(self, job: Job, record: dict[str, Any]) -> None:
        """Adds a trial's line to ``SUITE.tuning.jsonl``; ``score`` is null for one that lost."""
        score = record["objective"]
        line = {
            "config_sha256": config_hash(self.config(job)),
            "revision": find_preset(job.row.method).revision,
            **self.data,
            **_named(job),
            "trial": job.trial,
            **({"items": job.row.trial_items} if job.row.trial_items else {}),
            "score": score if score is not None and math.isfinite(score) else None,
            "metrics": {
                name: None if isinstance(value, float) and math.isnan(value) else value
                for name, value in record.items()
            },
            "commit": self._here["commit"],
        }
        append_line(self.tuning, line)

    def store_final(self, job: Job, record: dict[str, Any], per_query: dict[str, Any]) -> None:
        """Adds a final run's line to ``SUITE.jsonl``, after its per-query scores."""
        config = self.config(job)
        self._keep_data()
        packed = io.BytesIO()
        np.savez_compressed(packed, **per_query)
        mark = _mark(config_hash(config), *self.data.values())
        name = f"{job.row.name}-{job.bits}-{job.seed}-{mark}.npz"
        scores = self.folder / "scores" / self.suite.name
        scores.mkdir(parents=True, exist_ok=True)
        with whole_file(scores / name) as stream:
            stream.write(packed.getbuffer())
        preset = find_preset(config.method)
        line = {
            "suite": self.suite.name,
            "dataset": self.prepared.catalogue.name,
            "protocol": self.prepared.split.protocol,
            "features": self._features(),
            "text": self.suite.data.text,
            "tuning_bits": self.suite.tuning_bits,
            **self.data,
            **_named(job),
            **hashes(self.suite, config),
            "scores": name,
            "commit": self._here["commit"],
            "environment": self._remember(),
            "command": bench_command(self.suite.name, self.folder),
            "settings": preset.method.facts(config.model)
            | {"trials": len(self.suite.trials_of(job.row))},
            **record,
        }
        append_line(self.runs, line)

    def _keep_data(self) -> None:
        """The split and the tree of the lines, beside them; never in place of another's."""
        split, halves, tree = (self.data[f"{part}_sha256"] for part in ("split", "halves", "tree"))
        for kind, sha256, own_halves in (("split.json", split, halves), ("tree.yaml", tree, "")):
            about = (self.folder, self.suite.name, kind, sha256, own_halves)
            if data_file(*about) is None:
                *paths, marked = _data_paths(*about)
                path = next((path for path in paths if not path.exists()), marked)
                if kind == "split.json":
                    self.prepared.split.save(path, self.prepared.catalogue.ids)
                else:
                    self.prepared.tree.to_yaml(path)

    def _of_this_data(self, path: Path) -> dict[str, dict[str, Any]]:
        """Lines of this split, its halves and this tree by their config's hash.

        Lines without ``halves_sha256`` were tuned and calibrated on all validation items, and
        count. Among committed results, those of changed code do not.
        """
        return {
            str(line.get("config_sha256")): line
            for line in read_lines(path)
            if self._is_of_this_data(line)
            and not (is_committed(self.folder) and str(line.get("commit", "")).endswith("+"))
        }

    def _is_of_this_data(self, line: dict[str, Any]) -> bool:
        known = {"halves_sha256": self.data["halves_sha256"]} | line
        return all(known.get(name) == value for name, value in self.data.items())

    def _features(self) -> str:
        catalogue, features = self.prepared.catalogue, self.suite.features
        image = "the source's" if catalogue.image_features is not None else features.image.name
        text = "the source's" if catalogue.text_features is not None else features.text.name
        return f"{image}, {text}"

    def _remember(self) -> str:
        """Adds the environment (without its commit) to environments.json; returns its hash."""
        kept = {name: value for name, value in self._here.items() if name != "commit"}
        key = _mark(json.dumps(kept, sort_keys=True), length=12)
        path = self.folder / "environments.json"
        known = read_json(path) if path.exists() else {}
        if key not in known:
            write_json(path, known | {key: kept})
        return key


def is_committed(folder: Path) -> bool:
    """Whether a folder is that of the repository's own results."""
    own = _REPOSITORY / "benchmarks" / "results"
    return folder.resolve().is_relative_to(own) and (_REPOSITORY / ".git").exists()


def refuse_changed_code(folder: Path, commit: str) -> None:
    """Keeps results of changed code (its commit ends with ``+``) from the committed ones.

    Raises:
        RunError: The folder is that of the repository's results, and the code is changed.
    """
    if is_committed(folder) and commit.endswith("+"):
        raise RunError(
            f"{folder}: committed results are made from committed code alone, and hierhash/ "
            "has changes; commit them, or choose another --results"
        )


def hashes(suite: Suite, config: RunConfig) -> dict[str, Any]:
    """What ties a line to its run, to the runs it may be averaged with, and to its table.

    ``conditions_sha256`` is of what all rows of the suite share: runs of other epochs, say, do not
    stand in one table.
    """
    return {
        "config_sha256": config_hash(config),
        "settings_sha256": settings_hash(config),
        "conditions_sha256": conditions_hash(suite.data, suite.features, _laid(suite)),
        "revision": find_preset(config.method).revision,
    }


def _laid(suite: Suite) -> dict[str, Any]:
    """What a suite lays on every row; its facets with it, where it has some."""
    facets = suite.model_dump(mode="json")["facets"]
    return suite.set | ({"facets": facets} if facets else {})


def data_file(
    folder: Path, suite: str, kind: str, sha256: str, halves_sha256: str = ""
) -> Path | None:
    """The split (``split.json``) or tree (``tree.yaml``) of a hash beside a suite's results.

    It is ``SUITE.KIND``, or ``SUITE.SHA.KIND`` where results of other data came first. With the
    hash of the halves a split of other halves is not taken.
    """
    wanted = (sha256, halves_sha256) if halves_sha256 else (sha256,)
    for path in reversed(_data_paths(folder, suite, kind, *wanted)):
        if path.is_file() and _hashes_in(path, kind)[: len(wanted)] == wanted:
            return path
    return None


def _data_paths(folder: Path, suite: str, kind: str, *hashes: str) -> list[Path]:
    marks = [f".{one[:8]}" for one in hashes if one]
    return [folder / f"{suite}{mark}.{kind}" for mark in ("", *marks)]


def _hashes_in(path: Path, kind: str) -> tuple[str, ...]:
    if kind == "split.json":
        content = read_json(path)
        own = content if isinstance(content, dict) else {}
        return str(own.get("sha256", "")), str(own.get("halves_sha256", ""))
    return (LabelTree.from_yaml(path).sha256,)


def _score(line: dict[str, Any], path: Path) -> float:
    score, metrics = line.get("score"), line.get("metrics", {})
    if not (score is None or type(score) in (int, float)) or not isinstance(metrics, dict):
        raise RunError(
            f"{path}: the trial {line.get('trial')} of {line.get('method')} has no number as its "
            "score, or no metrics; delete its line to run it again"
        )
    if score is None or math.isnan(score) or "failed" in metrics:
        return -math.inf
    return float(score)


def _mark(*texts: str, length: int = 8) -> str:
    return hashlib.sha256("".join(texts).encode()).hexdigest()[:length]


def _named(job: Job) -> dict[str, Any]:
    return {
        "method": job.row.method,
        "variant": job.row.variant,
        "bits": job.bits,
        "seed": job.seed,
    }
