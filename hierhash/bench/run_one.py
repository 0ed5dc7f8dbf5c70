"""One run of a suite: train, encode, score."""

from __future__ import annotations

import contextlib
import resource
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.branches.rows import FeatureRows
from hierhash.branches.two_branch import TwoBranch, outputs_of
from hierhash.builder import Prepared, training_loop
from hierhash.codes.packing import Codes, pack, packed_width
from hierhash.config import RunConfig
from hierhash.labels.items import ItemLabels
from hierhash.methods.predict import path_probabilities
from hierhash.metrics.asymmetric import evaluate_asymmetric
from hierhash.metrics.classification import classification_metrics
from hierhash.metrics.retrieval_suite import DirectionResult, evaluate_hamming
from hierhash.training.fit import FitOptions, fit

DIRECTIONS = {
    "i2t": ("image", "text"),
    "t2i": ("text", "image"),
    "i2i": ("image", "image"),
    "t2t": ("text", "text"),
}
CROSS = ("i2t", "t2i")


@dataclass(frozen=True)
class Trained:
    """A trained run: its network and the outputs of every item in both modalities."""

    model: TwoBranch
    outputs: dict[str, NDArray[np.float32]]
    codes: dict[str, Codes]
    cost: dict[str, float] = field(default_factory=dict)


def train_and_encode(config: RunConfig, prepared: Prepared, rows: NDArray[np.int64]) -> Trained:
    """Trains a run and encodes the items ``rows`` (others keep zero outputs)."""
    _reset_peak()
    loop = training_loop(config, prepared)
    summary = fit(loop, FitOptions())
    peak = _peak_mb()
    n, bits = len(prepared.catalogue), config.bits
    outputs, seconds = {}, 0.0
    for modality, features in (("image", prepared.items.image), ("text", prepared.items.text)):
        started = time.perf_counter()
        part = outputs_of(loop.model.branch(modality), FeatureRows(features[rows]))
        seconds += time.perf_counter() - started
        outputs[modality] = np.zeros((n, bits), dtype=np.float32)
        outputs[modality][rows] = part
    codes = {modality: pack(values) for modality, values in outputs.items()}
    cost = {
        "train_seconds": round(summary["seconds"], 2),
        "peak_rss_mb": peak,
        "encode_items_per_second": round(2 * len(rows) / seconds),
        "bytes_per_item": packed_width(bits),
    }
    return Trained(loop.model, outputs, codes, cost)


def validation_scores(config: RunConfig, prepared: Prepared) -> dict[str, float]:
    """Scores of a trial on the validation items against the database.

    The value that settings are chosen by is ``objective``: the mean of map_leaf and hap over i2t
    and t2i.
    """
    split = prepared.split
    rows = np.concatenate([split.validation, split.database])
    trained = train_and_encode(config, prepared, rows)
    scores: dict[str, float] = {}
    for direction in CROSS:
        result = _direction(
            trained,
            prepared,
            direction,
            split.validation,
            split.database,
            config.bits,
            canonical=False,
        )
        for metric in ("map_leaf", "map_leaf_macro", "hap", "ndcg@100"):
            scores[f"{direction}/{metric}"] = round(result.means[metric], 5)
    chosen = [scores[f"{d}/{m}"] for d in CROSS for m in ("map_leaf", "hap")]
    scores["objective"] = round(float(np.mean(chosen)), 5)
    scores["train_seconds"] = trained.cost["train_seconds"]
    return scores


def final_scores(
    config: RunConfig, prepared: Prepared, asymmetric: bool
) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]], Trained]:
    """Scores of a run on the query items, per-query scores, and the run itself."""
    split = prepared.split
    trained = train_and_encode(config, prepared, np.concatenate([split.query, split.database]))
    databases = {"all": split.database, "unseen": split.database_only}
    results: dict[str, Any] = {}
    curves: dict[str, Any] = {}
    queries: dict[str, Any] = {}
    per_query: dict[str, NDArray[np.float32]] = {}
    for name, database in databases.items():
        results[name] = {}
        for direction in DIRECTIONS:
            found = _direction(
                trained,
                prepared,
                direction,
                split.query,
                database,
                config.bits,
                canonical=name == "all",
            )
            results[name][direction] = {"hamming": _rounded(found.means)}
            if name == "all":
                queries[direction] = {
                    "counted": len(split.query) - found.skipped,
                    "skipped": found.skipped,
                }
            if name == "all" and direction in CROSS:
                curves[direction] = found.curves
                per_query["leaf"] = found.per_query["leaf"].astype(np.float32)
                for metric in ("map_leaf", "hap", "ndcg@100"):
                    scores = found.per_query[metric].astype(np.float32)
                    per_query[f"{direction}/{metric}"] = scores
                if asymmetric:
                    results[name][direction]["asymmetric"] = _rounded(
                        _asymmetric(trained, prepared, direction, config.bits)
                    )
    record = {
        "results": results,
        "queries": queries,
        "classification": _classification(trained, prepared),
        "curves": curves,
        "cost": trained.cost,
    }
    return record, per_query, trained


def _direction(
    trained: Trained,
    prepared: Prepared,
    direction: str,
    queries: NDArray[np.int64],
    database: NDArray[np.int64],
    bits: int,
    canonical: bool,
) -> DirectionResult:
    asking, answering = DIRECTIONS[direction]
    has = {"image": prepared.items.has_image, "text": prepared.items.has_text}
    queries, database = queries[has[asking][queries]], database[has[answering][database]]
    return evaluate_hamming(
        trained.codes[asking][queries],
        trained.codes[answering][database],
        bits,
        prepared.labels.subset(queries),
        prepared.labels.subset(database),
        canonical,
    )


def _asymmetric(
    trained: Trained, prepared: Prepared, direction: str, bits: int
) -> dict[str, float]:
    asking, answering = DIRECTIONS[direction]
    queries, database = prepared.split.query, prepared.split.database
    return evaluate_asymmetric(
        trained.outputs[asking][queries],
        trained.codes[answering][database],
        bits,
        prepared.labels.subset(queries),
        prepared.labels.subset(database),
    )


def _classification(trained: Trained, prepared: Prepared) -> dict[str, dict[str, float]] | None:
    if trained.model.head is None:
        return None
    queries, validation = prepared.split.query, prepared.split.validation
    labels: ItemLabels = prepared.labels
    if not labels.single_path:
        return None
    features = {"image": prepared.items.image, "text": prepared.items.text}
    scores = {}
    for modality in ("image", "text"):
        branch = trained.model.branch(modality)
        checked = outputs_of(branch, FeatureRows(features[modality][validation]))
        chances, _ = path_probabilities(
            trained.model.head,
            trained.outputs[modality][queries],
            checked,
            labels.subset(validation),
        )
        scores[modality] = _rounded(
            classification_metrics(
                chances,
                labels.subset(queries).single_codes.astype(np.int64),
                trained.model.head.ancestors.cpu().numpy(),
            )
        )
    return scores


def _rounded(means: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 5) for name, value in means.items()}


def _reset_peak() -> None:
    # Only Linux can start the count anew; elsewhere the peak is the process's.
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mb() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return round(int(line.split()[1]) / 1024)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def evaluate_model(
    model: TwoBranch, bits: int, prepared: Prepared, queries: NDArray[np.int64]
) -> dict[str, dict[str, float]]:
    """Hamming scores of a network in the four directions, ``queries`` against the database."""
    rows = np.concatenate([queries, prepared.split.database])
    features = {"image": prepared.items.image, "text": prepared.items.text}
    outputs = {}
    for modality, values in features.items():
        outputs[modality] = np.zeros((len(prepared.catalogue), bits), dtype=np.float32)
        outputs[modality][rows] = outputs_of(model.branch(modality), FeatureRows(values[rows]))
    codes = {modality: pack(values) for modality, values in outputs.items()}
    trained = Trained(model, outputs, codes)
    return {
        direction: _rounded(
            _direction(
                trained, prepared, direction, queries, prepared.split.database, bits, canonical=True
            ).means
        )
        for direction in DIRECTIONS
    }


def objective(model: TwoBranch, bits: int, prepared: Prepared, queries: NDArray[np.int64]) -> float:
    """What settings and epochs are chosen by: the mean of map_leaf and hap over i2t and t2i."""
    scores = evaluate_model(model, bits, prepared, queries)
    return float(np.mean([scores[d][m] for d in CROSS for m in ("map_leaf", "hap")]))
