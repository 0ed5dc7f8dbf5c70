"""Writes what a suite has done: a line for each trial and run, and per-query scores."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hierhash.bench.suite import Overrides, Row, Suite
from hierhash.builder import Prepared, config_hash
from hierhash.training.run_folder import append_line, environment, read_json, write_json


@dataclass(frozen=True)
class Job:
    """One training: a trial on validation, or a final run."""

    row: Row
    bits: int
    seed: int
    trial: Overrides
    final: bool


def trial_key(suite: Suite, row: Row, trial: Overrides) -> str:
    """Identity of a trial: the hash of its config."""
    return config_hash(suite.config(row, suite.tuning_bits, suite.tuning_seed, trial))


def store_trial(suite: Suite, folder: Path, job: Job, record: dict[str, Any]) -> None:
    """Adds a trial's line to ``SUITE.tuning.jsonl``."""
    line = {
        "key": trial_key(suite, job.row, job.trial),
        "method": job.row.method,
        "variant": job.row.variant,
        "bits": job.bits,
        "seed": job.seed,
        "trial": job.trial,
        "score": record["objective"],
        "metrics": record,
        "commit": environment()["commit"],
    }
    append_line(folder / f"{suite.name}.tuning.jsonl", line)


def store_final(
    suite: Suite,
    folder: Path,
    prepared: Prepared,
    job: Job,
    record: dict[str, Any],
    per_query: dict[str, Any],
) -> None:
    """Adds a final run's line to ``SUITE.jsonl`` and its per-query scores beside it."""
    config = suite.config(job.row, job.bits, job.seed, job.trial)
    scores = folder / "scores" / suite.name
    scores.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(scores / f"{job.row.name}-{job.bits}-{job.seed}.npz", **per_query)
    here = environment()
    loss, training = config.model.loss, config.model.training
    line = {
        "suite": suite.name,
        "dataset": prepared.catalogue.name,
        "protocol": suite.data.split.protocol,
        "features": f"{suite.features.image.name}, {suite.features.text.name}",
        "text": suite.data.text,
        "tree_sha256": prepared.tree.sha256,
        "method": job.row.method,
        "variant": job.row.variant,
        "bits": job.bits,
        "seed": job.seed,
        "split_sha256": prepared.split.sha256,
        "config_sha256": config_hash(config),
        "commit": here["commit"],
        "environment": _remember(folder, here),
        "command": f"hierhash bench {suite.name}",
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
        },
        **record,
    }
    append_line(folder / f"{suite.name}.jsonl", line)


def _remember(folder: Path, here: dict[str, Any]) -> str:
    """Adds an environment (without its commit) to environments.json; returns its hash."""
    kept = {name: value for name, value in here.items() if name != "commit"}
    key = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:12]
    path = folder / "environments.json"
    known = read_json(path) if path.exists() else {}
    if key not in known:
        write_json(path, known | {key: kept})
    return key
