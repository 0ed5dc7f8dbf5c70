"""The result files of a suite: a line for each trial and run, and per-query scores."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hierhash.bench.suite import Overrides, Row, Suite
from hierhash.builder import Prepared, config_hash
from hierhash.config import RunConfig
from hierhash.environment import environment
from hierhash.errors import RunError
from hierhash.storage.json_files import append_line, read_json, read_lines, write_json
from hierhash.storage.whole_file import whole_file


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
        folder: Results folder: ``SUITE.jsonl``, ``SUITE.tuning.jsonl``, ``SUITE.split.json``,
            ``SUITE.tree.yaml``, ``environments.json`` and ``scores/SUITE/``.
        prepared: Its data.

    The commit and the environment are those of the moment this is made: what the workers loaded.
    """

    def __init__(self, suite: Suite, folder: Path, prepared: Prepared) -> None:
        self.suite, self.folder, self.prepared = suite, folder, prepared
        self.runs = folder / f"{suite.name}.jsonl"
        self.tuning = folder / f"{suite.name}.tuning.jsonl"
        self.data = {
            "split_sha256": prepared.split.sha256,
            "tree_sha256": prepared.tree.sha256,
        }
        self._here = environment()
        (folder / "scores" / suite.name).mkdir(parents=True, exist_ok=True)
        prepared.split.save(folder / f"{suite.name}.split.json", prepared.catalogue.ids)
        prepared.tree.to_yaml(folder / f"{suite.name}.tree.yaml")

    def config(self, job: Job) -> RunConfig:
        """The config of a job."""
        return self.suite.config(job.row, job.bits, job.seed, job.trial)

    def has(self, job: Job) -> bool:
        """Whether the job was done."""
        done = self._of_this_data(self.runs if job.final else self.tuning)
        return config_hash(self.config(job)) in done

    def choose(self, row: Row) -> Overrides:
        """The trial of a row with the best validation objective; ties go to the earlier trial.

        Raises:
            RunError: A trial is missing.
        """
        trials = self.suite.trials_of(row)
        if len(trials) == 1:
            return trials[0]
        done = self._of_this_data(self.tuning)
        best, best_score = trials[0], float("-inf")
        for trial in trials:
            key = config_hash(self.config(self.trial_job(row, trial)))
            if key not in done:
                raise RunError(
                    f"{self.suite.name}: a trial of {row.name} is missing; run the suite again"
                )
            if done[key]["score"] > best_score:
                best, best_score = trial, done[key]["score"]
        return best

    def trial_job(self, row: Row, trial: Overrides) -> Job:
        """A trial at the suite's tuning length and seed."""
        return Job(row, self.suite.tuning_bits, self.suite.tuning_seed, trial, final=False)

    def store_trial(self, job: Job, record: dict[str, Any]) -> None:
        """Adds a trial's line to ``SUITE.tuning.jsonl``."""
        line = {
            "config_sha256": config_hash(self.config(job)),
            **self.data,
            **_named(job),
            "trial": job.trial,
            "score": record["objective"],
            "metrics": record,
            "commit": self._here["commit"],
        }
        append_line(self.tuning, line)

    def store_final(self, job: Job, record: dict[str, Any], per_query: dict[str, Any]) -> None:
        """Adds a final run's line to ``SUITE.jsonl``, after its per-query scores."""
        config = self.config(job)
        packed = io.BytesIO()
        np.savez_compressed(packed, **per_query)
        name = f"{job.row.name}-{job.bits}-{job.seed}.npz"
        with whole_file(self.folder / "scores" / self.suite.name / name) as stream:
            stream.write(packed.getbuffer())
        loss, training = config.model.loss, config.model.training
        line = {
            "suite": self.suite.name,
            "dataset": self.prepared.catalogue.name,
            "protocol": self.prepared.split.protocol,
            "features": self._features(),
            "text": self.suite.data.text,
            **self.data,
            **_named(job),
            "config_sha256": config_hash(config),
            "commit": self._here["commit"],
            "environment": self._remember(),
            "command": f"hierhash bench {self.suite.name}",
            "settings": {
                "gamma": loss.gamma,
                "eta": loss.eta,
                "scale": loss.scale,
                "head_weight": loss.head_weight,
                "lr": training.lr,
                "epochs": training.epochs,
                "optimiser": training.optimiser,
                "pairs": config.model.similarity.pairs,
                "head": config.model.head.kind,
                "trials": len(self.suite.trials_of(job.row)),
            },
            **record,
        }
        append_line(self.runs, line)

    def _of_this_data(self, path: Path) -> dict[str, dict[str, Any]]:
        """Lines of this split and tree by their config's hash."""
        return {
            line["config_sha256"]: line
            for line in read_lines(path)
            if all(line.get(name) == value for name, value in self.data.items())
        }

    def _features(self) -> str:
        catalogue, features = self.prepared.catalogue, self.suite.features
        image = "the source's" if catalogue.image_features is not None else features.image.name
        text = "the source's" if catalogue.text_features is not None else features.text.name
        return f"{image}, {text}"

    def _remember(self) -> str:
        """Adds the environment (without its commit) to environments.json; returns its hash."""
        kept = {name: value for name, value in self._here.items() if name != "commit"}
        key = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:12]
        path = self.folder / "environments.json"
        known = read_json(path) if path.exists() else {}
        if key not in known:
            write_json(path, known | {key: kept})
        return key


def _named(job: Job) -> dict[str, Any]:
    return {
        "method": job.row.method,
        "variant": job.row.variant,
        "bits": job.bits,
        "seed": job.seed,
    }
