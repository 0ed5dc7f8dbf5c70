"""One run of a suite: a trial scored on validation, or a final run scored on the queries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.evaluate import evaluate_typed
from hierhash.bench.facet_scores import facet_scores
from hierhash.bench.first_answers import PerQuery, first_answers
from hierhash.bench.instance import instance_scores
from hierhash.bench.scores import (
    CROSS,
    DIRECTIONS,
    asymmetric_scores,
    classification_scores,
    direction_scores,
    directions_of,
    objective,
    rounded,
    validation_means,
)
from hierhash.bench.segment_weights import segment_weights
from hierhash.bench.trained import Trained, encode_items, fit_longest, fit_method
from hierhash.bench.typed_queries import find_queries, read_queries
from hierhash.config.schema import RunConfig
from hierhash.methods.method import Method
from hierhash.methods.parts import category_of
from hierhash.metrics.retrieval_suite import DirectionResult
from hierhash.prepare import Advance, Prepared


def validation_scores(
    config: RunConfig, prepared: Prepared, items: int | None = None
) -> dict[str, float]:
    """Scores of a trial on the validation items against the database; ``objective`` decides.

    Args:
        config: The run.
        prepared: Its data.
        items: Training items that are learnt from, the same ones in every trial; None takes all.
    """
    split = prepared.split
    method, cost = fit_method(config, _with_fewer(prepared, items))
    trained = encode_items(category_of(method), prepared, split.tune, split.database)
    means = validation_means(trained, prepared)
    scores = {
        f"{direction}/{metric}": own[metric]
        for direction, own in means.items()
        for metric in ("map_leaf", "map_leaf_macro", "hap", "ndcg@100")
    }
    scores["objective"] = objective(means)
    scores["train_seconds"] = cost["train_seconds"]
    return scores


def _with_fewer(prepared: Prepared, items: int | None) -> Prepared:
    train = prepared.split.train
    if items is None or items >= len(train):
        return prepared
    few = np.sort(np.random.default_rng(0).permutation(train)[:items])
    return replace(prepared, split=replace(prepared.split, train=few))


def final_scores(
    config: RunConfig,
    prepared: Prepared,
    asymmetric: bool = False,
    attribute: str | None = None,
    top: bool = False,
    longest: int = 0,
    typed: bool = False,
    queries: str | None = None,
    advance: Advance = lambda _: None,
) -> tuple[dict[str, Any], PerQuery, Trained]:
    """Scores of a run on the query items, per-query scores, and the run itself.

    Args:
        config: The run.
        prepared: Its data.
        asymmetric: Also the metrics of real-valued queries against codes.
        attribute: Side attribute whose share among the first ten is told.
        longest: Length at which a method of nested codes is fitted for this one, too.
        top: Keep the first answers of each query, which a report can show.
        typed: Also the scores of texts as people type them.
        queries: Of these, a list of typed texts, whose final half is asked.
        advance: Told of each epoch, for a progress bar.
    """
    split = prepared.split
    method, cost = (
        fit_longest(config, prepared, longest) if longest else fit_method(config, prepared, advance)
    )
    trained = encode_items(category_of(method), prepared, split.query, split.database)
    weights = segment_weights(method, prepared)
    whole, facets = _with_facets(method, trained, prepared, weights)
    own_order = trained.distance.name
    known = directions_of(trained)
    main = [one for one in CROSS if one in known] or known
    results: dict[str, Any] = {"all": {}}
    curves: dict[str, Any] = {}
    asked: dict[str, Any] = {"pairs": _both_halves(prepared)}
    asked_unseen: dict[str, Any] = {}
    per_query: PerQuery = {}
    for direction in known:
        found = direction_scores(trained, prepared, direction, split.query, split.database, True)
        if len(split.database_only):
            unseen = direction_scores(
                trained, prepared, direction, split.query, split.database_only, False
            )
            results.setdefault("unseen", {})[direction] = {own_order: rounded(unseen.means)}
            asked_unseen[direction] = _counts(unseen)
        results["all"][direction] = own = {own_order: rounded(found.means)}
        own[own_order] |= facets.get(direction, {})
        asked[direction] = _counts(found)
        if direction in main:
            curves[direction] = found.curves
            if direction in CROSS:
                own[own_order] |= instance_scores(trained, prepared, direction, attribute)
            asking = prepared.items.having(DIRECTIONS[direction][0], split.query)
            per_query[f"{direction}/leaf"] = found.per_query["leaf"].astype(np.int32)
            per_query[f"{direction}/train_items"] = _train_items(prepared, asking)
            for metric in ("map_leaf", "hap", "ndcg@100"):
                per_query[f"{direction}/{metric}"] = found.per_query[metric].astype(np.float32)
            real = asymmetric_scores(trained, prepared, direction) if asymmetric else None
            if real is not None:
                own["asymmetric"] = real
            if top:
                per_query |= first_answers(whole, prepared, direction)
    classification, picked = classification_scores(trained, prepared)
    for modality, leaves in picked.items():
        asked[modality] = {"counted": len(leaves), "skipped": 0}
    per_query |= {f"picked/{modality}": leaves for modality, leaves in picked.items()}
    record = {
        "distance": own_order,
        "free_length": method.free_length,
        "bits": sum(part.bits for part in method.layout()) or 8 * whole.cost["bytes_per_item"],
        **(_about_facets(config, method, weights) if prepared.facets else {}),
        "results": results,
        "queries": asked,
        "queries_unseen": asked_unseen,
        "classification": classification,
        "typed": _typed(trained, prepared, queries) if typed else {},
        "curves": curves,
        "cost": cost | trained.cost | {"bytes_per_item": whole.cost["bytes_per_item"]},
    }
    return record, per_query, trained


def _with_facets(
    method: Method, trained: Trained, prepared: Prepared, weights: dict[str, float]
) -> tuple[Trained, dict[str, dict[str, float]]]:
    """The items coded by all segments, and the scores of these; of a run with facets."""
    if not prepared.facets:
        return trained, {}
    split = prepared.split
    whole = encode_items(method, prepared, split.query, split.database)
    return whole, facet_scores(whole, prepared, split.query, split.database, weights)


def _about_facets(config: RunConfig, method: Method, weights: dict[str, float]) -> dict[str, Any]:
    return {
        "segments": dict(method.layout()),
        "columns": {name: facet.column for name, facet in config.facets.items()},
        "weights": weights,
    }


def _typed(trained: Trained, prepared: Prepared, name: str | None) -> dict[str, Any]:
    """Scores of names, short texts and the final half of a list, where texts are read."""
    if prepared.vectoriser is None or "text" not in trained.queries:
        return {}
    own = None if name is None else read_queries(find_queries(name), prepared.tree, final=True)
    return evaluate_typed(trained, prepared, prepared.split.query, own)


def _counts(found: DirectionResult) -> dict[str, int]:
    """Queries that the means are over, and those left out."""
    return {"counted": len(found.per_query["leaf"]) - found.skipped, "skipped": found.skipped}


def _both_halves(prepared: Prepared) -> dict[str, int]:
    query, items = prepared.split.query, prepared.items
    both = len(items.having("text", items.having("image", query)))
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
