"""Scores of a trained run: the four retrieval directions and the classification head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.trained import Trained, encode_items
from hierhash.branches.rows import FeatureRows
from hierhash.branches.two_branch import TwoBranch, outputs_of
from hierhash.builder import Prepared
from hierhash.methods.predict import path_probabilities
from hierhash.metrics.asymmetric import evaluate_asymmetric
from hierhash.metrics.classification import classification_metrics
from hierhash.metrics.retrieval_suite import DirectionResult, evaluate_hamming

Rows = NDArray[np.int64]

DIRECTIONS = {
    "i2t": ("image", "text"),
    "t2i": ("text", "image"),
    "i2i": ("image", "image"),
    "t2t": ("text", "text"),
}
CROSS = ("i2t", "t2i")


def having(prepared: Prepared, modality: str, rows: Rows) -> Rows:
    """Those of some items that have the modality."""
    items = prepared.items
    has: Rows = rows[(items.has_image if modality == "image" else items.has_text)[rows]]
    return has


def hamming_scores(
    trained: Trained,
    prepared: Prepared,
    direction: str,
    queries: Rows,
    database: Rows,
    canonical: bool,
) -> DirectionResult:
    """The metrics of one direction; items without the modality asked for are left out."""
    asking, answering = DIRECTIONS[direction]
    queries, database = having(prepared, asking, queries), having(prepared, answering, database)
    return evaluate_hamming(
        trained.codes[asking][queries],
        trained.codes[answering][database],
        trained.bits,
        prepared.labels.subset(queries),
        prepared.labels.subset(database),
        canonical,
    )


def asymmetric_scores(trained: Trained, prepared: Prepared, direction: str) -> dict[str, float]:
    """The metrics of one direction when real-valued query outputs meet binary codes."""
    asking, answering = DIRECTIONS[direction]
    queries = having(prepared, asking, prepared.split.query)
    database = having(prepared, answering, prepared.split.database)
    means = evaluate_asymmetric(
        trained.outputs[asking][queries],
        trained.codes[answering][database],
        trained.bits,
        prepared.labels.subset(queries),
        prepared.labels.subset(database),
    )
    return rounded(means)


def classification_scores(
    trained: Trained, prepared: Prepared
) -> tuple[dict[str, dict[str, float]] | None, dict[str, NDArray[np.int32]]]:
    """Metrics of the head by modality, and the leaf it picks for each query.

    The temperature is calibrated on validation items. None and nothing for a run without a head,
    or items of several paths.
    """
    head, labels = trained.model.head, prepared.labels
    if head is None or not labels.single_path:
        return None, {}
    features = {"image": prepared.items.image, "text": prepared.items.text}
    scores, picked = {}, {}
    for modality in ("image", "text"):
        queries = having(prepared, modality, prepared.split.query)
        validation = having(prepared, modality, prepared.split.calibrate)
        branch = trained.model.branch(modality)
        checked = outputs_of(branch, FeatureRows(features[modality][validation]))
        chances, _ = path_probabilities(
            head, trained.outputs[modality][queries], checked, labels.subset(validation)
        )
        truth = labels.subset(queries).single_codes.astype(np.int64)
        ancestors = head.ancestors.cpu().numpy()
        depths = np.array([len(leaf) for leaf in prepared.tree.leaves])
        scores[modality] = rounded(classification_metrics(chances, truth, ancestors, depths))
        picked[modality] = chances[-1].argmax(axis=1).astype(np.int32)
    return scores, picked


def evaluate_model(
    model: TwoBranch, bits: int, prepared: Prepared, queries: Rows
) -> dict[str, dict[str, float]]:
    """Hamming scores of a network in the four directions, ``queries`` against the database.

    ``n`` among them is the number of queries that the leaf's scores are the mean of.
    """
    database = prepared.split.database
    trained = encode_items(model, bits, prepared, np.concatenate([queries, database]))
    scores = {}
    for direction in DIRECTIONS:
        found = hamming_scores(trained, prepared, direction, queries, database, canonical=True)
        counted = len(found.per_query["map_leaf"]) - found.skipped
        scores[direction] = {"n": counted, **rounded(found.means)}
    return scores


def validation_means(trained: Trained, prepared: Prepared) -> dict[str, dict[str, float]]:
    """Tie-aware scores of the tuning items against the database, i2t and t2i."""
    split, rows = prepared.split, prepared.split.tune
    return {
        direction: rounded(
            hamming_scores(
                trained, prepared, direction, rows, split.database, canonical=False
            ).means
        )
        for direction in CROSS
    }


def validation_objective(model: TwoBranch, bits: int, prepared: Prepared) -> float:
    """The objective of a network in training."""
    rows = np.concatenate([prepared.split.tune, prepared.split.database])
    return objective(validation_means(encode_items(model, bits, prepared, rows), prepared))


def objective(scores: dict[str, dict[str, float]]) -> float:
    """What settings and epochs are chosen by: the mean of map_leaf and hap over i2t and t2i.

    Example:
        >>> objective({"i2t": {"map_leaf": 0.5, "hap": 0.7}, "t2i": {"map_leaf": 0.6, "hap": 0.8}})
        0.65
    """
    values = [scores[direction][metric] for direction in CROSS for metric in ("map_leaf", "hap")]
    return round(float(np.mean(values)), 5)


def rounded(means: dict[str, float]) -> dict[str, float]:
    """The values to five places, as they are stored."""
    return {name: round(value, 5) for name, value in means.items()}
