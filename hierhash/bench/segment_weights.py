"""Chooses on validation items how much each facet's segment counts in the score of a search.

The rule: facet by facet, of the weights 1/4, 1/2, 1, 2 and 4, the category counting once, the one
with the largest mean over i2t and t2i of joint@10, by score and without any filter; of equally good
ones the nearest to 1. At most QUERIES of the tune half ask, against at most DATABASE items.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.joint import joint_labels, shares_a_class
from hierhash.bench.scores import CROSS, DIRECTIONS
from hierhash.methods.faceted import Faceted
from hierhash.methods.method import Method
from hierhash.prepare import Prepared

WEIGHTS = (0.25, 0.5, 1.0, 2.0, 4.0)
QUERIES, DATABASE, FIRST = 500, 10_000, 10
Scores = Mapping[str, NDArray[np.float32]]


def segment_weights(method: Method, prepared: Prepared) -> dict[str, float]:
    """The weight of each facet's segment; nothing of a method without segments or real queries.

    Memory: QUERIES x DATABASE floats a segment and direction, 20 MB each.

    Args:
        method: Fitted and calibrated.
        prepared: Its data.
    """
    if not isinstance(method, Faceted) or not method.layout():
        return {}
    asked = [one for way in CROSS if (one := _scores(method, prepared, way)) is not None]
    if not asked:
        return {}
    weights: dict[str, float] = {}
    for name in prepared.facets:
        found = {
            weight: np.mean([_joint(*one, weights | {name: weight}) for one in asked])
            for weight in sorted(WEIGHTS, key=lambda one: abs(math.log(one)))
        }
        weights[name] = max(found, key=lambda one: found[one])
    return weights


def _scores(
    method: Faceted, prepared: Prepared, direction: str
) -> tuple[Scores, NDArray[np.bool_]] | None:
    """By segment the scores (q, n) of a direction, and what is right; None without any."""
    asking, answering = DIRECTIONS[direction]
    items, split = prepared.items, prepared.split
    if not {asking, answering} <= set(method.needs & set(items.rows)):
        return None
    joint = joint_labels([prepared.labels, *(one.labels for one in prepared.facets.values())])
    answers = _drawn(items.having(answering, split.database), DATABASE)
    queries = _drawn(items.having(asking, split.tune), QUERIES)
    right = np.array([shares_a_class(joint, row, answers) for row in queries.tolist()])
    counted = right.any(axis=1) if len(right) else np.zeros(0, dtype=bool)
    if not counted.any():
        return None
    queries, scores = queries[counted], {}
    for name, part in method.parts.items():
        query = part.encode({asking: items.rows[asking][queries]}, "query").query
        if query is None:
            return None
        stored = part.encode({answering: items.rows[answering][answers]}, "database").stored
        scores[name] = part.distance().scorer(stored)(query)
    return scores, right[counted]


def _drawn(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """So many of some items at most, in their order."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, most, replace=False))


def _joint(scores: Scores, right: NDArray[np.bool_], weights: Mapping[str, float]) -> float:
    """The mean share of the first ten that are right; a segment without a weight counts once."""
    total = np.zeros(right.shape, dtype=np.float32)
    for name, own in scores.items():
        total += np.float32(weights.get(name, 1.0)) * own
    first = np.argsort(-total, axis=1, kind="stable")[:, :FIRST]
    return float(np.take_along_axis(right, first, axis=1).mean())
