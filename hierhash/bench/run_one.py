"""One run of a suite: a trial scored on validation, or a final run scored on the queries."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.instance import instance_scores
from hierhash.bench.scores import (
    CROSS,
    DIRECTIONS,
    asymmetric_scores,
    classification_scores,
    hamming_scores,
    having,
    objective,
    rounded,
    validation_means,
)
from hierhash.bench.trained import Trained, train_and_encode
from hierhash.builder import Advance, Prepared
from hierhash.codes.hamming import hamming_distances
from hierhash.config import RunConfig
from hierhash.metrics.retrieval_suite import DirectionResult

TOP = 8
PerQuery = dict[str, NDArray[Any]]


def validation_scores(config: RunConfig, prepared: Prepared) -> dict[str, float]:
    """Scores of a trial on the validation items against the database; ``objective`` decides."""
    split = prepared.split
    trained = train_and_encode(config, prepared, np.concatenate([split.tune, split.database]))
    means = validation_means(trained, prepared)
    scores = {
        f"{direction}/{metric}": means[direction][metric]
        for direction in CROSS
        for metric in ("map_leaf", "map_leaf_macro", "hap", "ndcg@100")
    }
    scores["objective"] = objective(means)
    scores["train_seconds"] = trained.cost["train_seconds"]
    return scores


def final_scores(
    config: RunConfig,
    prepared: Prepared,
    asymmetric: bool = False,
    attribute: str | None = None,
    top: bool = False,
    advance: Advance = lambda _: None,
) -> tuple[dict[str, Any], PerQuery, Trained]:
    """Scores of a run on the query items, per-query scores, and the run itself.

    Args:
        config: The run.
        prepared: Its data.
        asymmetric: Also the metrics of real-valued queries against codes (i2t and t2i).
        attribute: Side attribute whose share among the first ten is told.
        top: Keep the first answers of each text, which a report can show.
        advance: Told of each epoch, for a progress bar.
    """
    split = prepared.split
    trained = train_and_encode(
        config, prepared, np.concatenate([split.query, split.database]), advance
    )
    results: dict[str, Any] = {"all": {}}
    curves: dict[str, Any] = {}
    queries: dict[str, Any] = {"pairs": _both_halves(prepared)}
    queries_unseen: dict[str, Any] = {}
    per_query: PerQuery = {}
    for direction in DIRECTIONS:
        found = hamming_scores(trained, prepared, direction, split.query, split.database, True)
        if len(split.database_only):
            unseen = hamming_scores(
                trained, prepared, direction, split.query, split.database_only, False
            )
            results.setdefault("unseen", {})[direction] = {"hamming": rounded(unseen.means)}
            queries_unseen[direction] = _counts(unseen)
        results["all"][direction] = own = {"hamming": rounded(found.means)}
        queries[direction] = _counts(found)
        if direction in CROSS:
            curves[direction] = found.curves
            own["hamming"] |= instance_scores(trained, prepared, direction, attribute)
            asking = having(prepared, DIRECTIONS[direction][0], split.query)
            per_query[f"{direction}/leaf"] = found.per_query["leaf"].astype(np.int32)
            per_query[f"{direction}/train_items"] = _train_items(prepared, asking)
            for metric in ("map_leaf", "hap", "ndcg@100"):
                per_query[f"{direction}/{metric}"] = found.per_query[metric].astype(np.float32)
            if asymmetric:
                own["asymmetric"] = asymmetric_scores(trained, prepared, direction)
    classification, picked = classification_scores(trained, prepared)
    for modality, leaves in picked.items():
        queries[modality] = {"counted": len(leaves), "skipped": 0}
    per_query |= {f"picked/{modality}": leaves for modality, leaves in picked.items()}
    if top:
        per_query |= top_answers(trained, prepared)
    record = {
        "results": results,
        "queries": queries,
        "queries_unseen": queries_unseen,
        "classification": classification,
        "curves": curves,
        "cost": trained.cost,
    }
    return record, per_query, trained


def top_answers(trained: Trained, prepared: Prepared) -> PerQuery:
    """The first pictures of each query text in canonical order.

    Returns:
        ``t2i/top``: int32 (q, TOP), places in the split's database, for the queries that have a
        text; ``t2i/distance``: their Hamming distances, int16; ``t2i/query``: int32 (q,), places in
        the split's queries.
    """
    split = prepared.split
    pictures = np.flatnonzero(prepared.items.has_image[split.database])
    codes = trained.codes["image"][split.database[pictures]]
    queries = having(prepared, "text", split.query)
    places, near = [], []
    for query in queries:
        distances = hamming_distances(trained.codes["text"][query : query + 1], codes)[0]
        first = np.argsort(distances, kind="stable")[:TOP]
        places.append(pictures[first])
        near.append(distances[first])
    return {
        "t2i/top": np.stack(places).astype(np.int32),
        "t2i/distance": np.stack(near).astype(np.int16),
        "t2i/query": np.flatnonzero(np.isin(split.query, queries)).astype(np.int32),
    }


def _counts(found: DirectionResult) -> dict[str, int]:
    """Queries that the means are over, and those left out."""
    return {"counted": len(found.per_query["leaf"]) - found.skipped, "skipped": found.skipped}


def _both_halves(prepared: Prepared) -> dict[str, int]:
    query, items = prepared.split.query, prepared.items
    both = int((items.has_image & items.has_text)[query].sum())
    return {"counted": both, "skipped": len(query) - both}


def _train_items(prepared: Prepared, queries: NDArray[np.int64]) -> NDArray[np.int32]:
    """Training items of each query's leaf (of its first path), int32 (q,); 0 where unknown."""
    labels, split = prepared.labels, prepared.split
    leaves = labels.subset(split.train).codes[:, -1]
    counts = np.bincount(leaves[leaves >= 0], minlength=len(prepared.tree.leaves))
    asked = labels.subset(queries)
    items = np.zeros(asked.n, dtype=np.int32)
    some = np.flatnonzero(np.diff(asked.offsets))
    leaf = asked.codes[asked.offsets[some], -1]
    items[some] = np.where(leaf >= 0, counts[leaf], 0)
    return items
