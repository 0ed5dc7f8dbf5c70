"""Scores of a fitted method: the four retrieval directions and what it predicts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.trained import Rows, Trained, encode_items
from hierhash.methods.method import Method
from hierhash.metrics.by_score import evaluate_scores
from hierhash.metrics.classification import classification_metrics
from hierhash.metrics.retrieval_suite import DirectionResult, evaluate_codes
from hierhash.prepare import Prepared

DIRECTIONS = {
    "i2t": ("image", "text"),
    "t2i": ("text", "image"),
    "i2i": ("image", "image"),
    "t2t": ("text", "text"),
    "i2m": ("image", "both"),
    "t2m": ("text", "both"),
}
CROSS = ("i2t", "t2i")


Scores = dict[str, dict[str, float]]


def directions_of(trained: Trained) -> list[str]:
    """The directions that a method can answer."""
    return [
        direction
        for direction, (asking, answering) in DIRECTIONS.items()
        if asking in trained.queries and answering in trained.stored
    ]


def direction_scores(
    trained: Trained,
    prepared: Prepared,
    direction: str,
    queries: Rows,
    database: Rows,
    canonical: bool,
) -> DirectionResult:
    """The metrics of one direction by the method's own distance, or by its score where it has none.

    Items without the modality asked for are left out.
    """
    asking, answering = DIRECTIONS[direction]
    items, distance = prepared.items, trained.distance
    queries, database = items.having(asking, queries), items.having(answering, database)
    labels = prepared.labels.subset(queries), prepared.labels.subset(database)
    coded, stored = trained.queries[asking], trained.stored[answering][database]
    if distance.steps is None:
        assert coded.query is not None  # noqa: S101 - what has no distance has a score
        return evaluate_scores(coded.query[queries], stored, distance, *labels, canonical)
    assert coded.codes is not None  # noqa: S101 - what has a distance has codes
    return evaluate_codes(coded.codes[queries], stored, distance, *labels, canonical)


def asymmetric_scores(
    trained: Trained, prepared: Prepared, direction: str
) -> dict[str, float] | None:
    """The metrics of one direction when real queries score codes; None where they do not."""
    asking, answering = DIRECTIONS[direction]
    items, split = prepared.items, prepared.split
    coded = trained.queries[asking]
    if coded.query is None or trained.distance.steps is None:
        return None
    queries = items.having(asking, split.query)
    database = items.having(answering, split.database)
    found = evaluate_scores(
        coded.query[queries],
        trained.stored[answering][database],
        trained.distance,
        prepared.labels.subset(queries),
        prepared.labels.subset(database),
    )
    return rounded(found.means)


def classification_scores(
    trained: Trained, prepared: Prepared
) -> tuple[Scores | None, dict[str, NDArray[np.int32]]]:
    """Metrics of what a method predicts by modality, and the leaf it picks for each query.

    None and nothing for a method that does not classify, or items of several paths.
    """
    labels, tree = prepared.labels, prepared.tree
    if not labels.single_path:
        return None, {}
    scores, picked = {}, {}
    for modality in trained.queries:
        queries = prepared.items.having(modality, prepared.split.query)
        chances = trained.method.classify({modality: prepared.items.rows[modality][queries]})
        if chances is None:
            return None, {}
        truth = labels.subset(queries).single_codes.astype(np.int64)
        depths = np.array([len(leaf) for leaf in tree.leaves])
        scores[modality] = rounded(
            classification_metrics(chances, truth, tree.leaf_ancestors, depths)
        )
        picked[modality] = chances[-1].argmax(axis=1).astype(np.int32)
    return scores, picked


def validation_means(trained: Trained, prepared: Prepared) -> Scores:
    """Tie-aware scores of the tuning items against the database: i2t and t2i, where both are."""
    split, rows = prepared.split, prepared.split.tune
    known = directions_of(trained)
    return {
        direction: rounded(
            direction_scores(
                trained, prepared, direction, rows, split.database, canonical=False
            ).means
        )
        for direction in ([one for one in CROSS if one in known] or known)
    }


def validation_objective(method: Method, prepared: Prepared) -> float:
    """The objective of a method in training."""
    trained = encode_items(method, prepared, prepared.split.tune, prepared.split.database)
    return objective(validation_means(trained, prepared))


def objective(scores: dict[str, dict[str, float]]) -> float:
    """What settings and epochs are chosen by: the mean of map_leaf and hap over the directions.

    Example:
        >>> objective({"i2t": {"map_leaf": 0.5, "hap": 0.7}, "t2i": {"map_leaf": 0.6, "hap": 0.8}})
        0.65
    """
    values = [own[metric] for own in scores.values() for metric in ("map_leaf", "hap")]
    return round(float(np.mean(values)), 5)


def rounded(means: dict[str, float]) -> dict[str, float]:
    """The values to five places, as they are stored."""
    return {name: round(value, 5) for name, value in means.items()}
