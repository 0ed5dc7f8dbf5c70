"""Single-item retrieval: does a title find its own picture, pictures of its colour, its parent?

A query's own partner is looked for in the database and all query items, the rest in the database
alone. Scores are given in the order of the method's distance and under its real score, which is
what a search orders by.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.scores import DIRECTIONS, rounded
from hierhash.bench.trained import Trained
from hierhash.labels.paths import format_path
from hierhash.metrics.pair_recall import attribute_share, pair_recall
from hierhash.metrics.retrieval_suite import mean_defined
from hierhash.prepare import Prepared

CHUNK, K = 64, 10


def instance_scores(
    trained: Trained, prepared: Prepared, direction: str, attribute: str | None
) -> dict[str, float]:
    """``pair_recall@10``, and shares of the top ten, by both orders.

    ``ATTRIBUTE_share@10``: with the query's attribute; ``parent_share@10``: under the parent of the
    query's leaf (single-path labels; queries of a known leaf).

    Args:
        trained: The run.
        prepared: Its data.
        direction: ``i2t`` or ``t2i``.
        attribute: A side attribute of the catalogue (``baseColour``, say), or None.

    Memory: CHUNK x pool distances at a time.
    """
    asking, answering = DIRECTIONS[direction]
    split, items, distance = prepared.split, prepared.items, trained.distance
    queries = items.having("text", items.having("image", split.query))
    pool = np.concatenate([items.having(answering, split.database), queries])
    stored, coded = trained.stored[answering][pool], trained.queries[asking]
    # Codes are ordered by their distance and by their score, vectors by their score alone.
    scored = None if distance.steps is None else "/rescored"
    scores_of = None if coded.query is None else distance.scorer(stored)
    shares = _side_values(prepared, attribute)
    found: dict[str, list[NDArray[np.float64]]] = {}
    n = len(pool) - len(queries)
    for start in range(0, len(queries), CHUNK):
        rows = queries[start : start + CHUNK]
        orders: dict[str, NDArray[Any]] = {}
        if coded.codes is not None:
            orders[""] = distance.between(coded.codes[rows], stored)
        if coded.query is not None and scores_of is not None:
            orders[scored or ""] = -scores_of(coded.query[rows])
        for order, distances in orders.items():
            own = n + start + np.arange(len(rows))
            found.setdefault(f"pair_recall@{K}{order}", []).append(pair_recall(distances, own, K))
            for name, values in shares.items():
                share = attribute_share(distances[:, :n], values[rows], values[pool[:n]], K)
                found.setdefault(f"{name}_share@{K}{order}", []).append(share)
    means = {name: mean_defined(np.concatenate(parts)) for name, parts in found.items()}
    return rounded(means)


def _side_values(prepared: Prepared, attribute: str | None) -> dict[str, NDArray[np.str_]]:
    """One word an item, "" where unknown, by name."""
    values = {}
    given = prepared.catalogue.attributes.get(attribute or "")
    if attribute is not None and given is not None:
        values[attribute] = np.asarray(given)
    if prepared.labels.single_path and prepared.tree.depth > 1:
        parents = [format_path(leaf[:-1]) for leaf in prepared.tree.leaves]
        leaves = prepared.labels.single_codes[:, -1]
        # An item that is known to an inner node only has no leaf, so it counts under no parent.
        values["parent"] = np.array(
            [parents[leaf] if leaf >= 0 else "" for leaf in leaves.tolist()], dtype=np.str_
        )
    return values
