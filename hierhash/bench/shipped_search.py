"""``joint@10`` of a search as it ships: by score, among items of the understood values.

As ``hierhash search`` does, an item is left out whose known value of a facet is another than what
the query was understood as, at the default risk; the rest is ordered by the query's real code, its
segments weighed as ``segment_weights`` chose.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.joint import shares_a_class
from hierhash.bench.risk import risk_controls
from hierhash.bench.scores import DIRECTIONS
from hierhash.bench.segment_weights import segment_weights
from hierhash.bench.trained import Rows, Trained
from hierhash.labels.items import ItemLabels
from hierhash.methods.faceted import parts_of
from hierhash.methods.method import Method
from hierhash.methods.predict import coherent_probabilities
from hierhash.metrics.risk_control import RiskControl
from hierhash.prepare import Prepared
from hierhash.retrieval.risk_file import DEFAULT_RISK
from hierhash.retrieval.understood import CLEAR, understand
from hierhash.retrieval.weighing import weighed

FIRST = 10


def shipped_precision(
    trained: Trained,
    prepared: Prepared,
    joint: ItemLabels,
    direction: str,
    queries: Rows,
    database: Rows,
) -> float:
    """The share of the first ten that match the query in every tree; NaN where none is counted.

    An answer that a filter keeps back counts as wrong. Every method is filtered by its own classes,
    though ``hierhash search`` reads those of a text of ``expected_tree_codes`` alone.

    Args:
        trained: The whole method, with facets, and the items coded.
        prepared: Its data.
        joint: One class a combination of leaves, of all items; see ``facet_scores``.
        direction: Who asks what.
        queries: Items that ask.
        database: Items that answer.
    """
    asking, answering = DIRECTIONS[direction]
    queries = prepared.items.having(asking, queries)
    database = prepared.items.having(answering, database)
    coded, stored = trained.queries[asking], trained.stored[answering][database]
    if coded.query is None:
        return float("nan")
    allowed = _allowed(trained.method, prepared, asking, queries, database)
    score = trained.distance.scorer(stored)
    weights = segment_weights(trained.method, prepared)
    asked = weighed(coded, dict(trained.method.layout()), weights).query
    assert asked is not None  # noqa: S101 - it was there before
    shares = []
    for place, query in enumerate(queries.tolist()):
        right = shares_a_class(joint, query, database)
        if not right.any():
            continue
        keys = np.where(allowed[place], -score(asked[[query]])[0], np.inf)
        first = np.argsort(keys, kind="stable")[:FIRST]
        shares.append((right & allowed[place])[first].mean())
    return float(np.mean(shares)) if shares else float("nan")


def _allowed(
    method: Method, prepared: Prepared, asking: str, queries: Rows, database: Rows
) -> NDArray[np.bool_]:
    """Whether an item may answer a query, bool (queries, database)."""
    controls = risk_controls(method, prepared)
    allowed = np.ones((len(queries), len(database)), dtype=bool)
    rows = {asking: prepared.items.rows[asking][queries]}
    for name, part in parts_of(method).items():
        if name not in prepared.facets:
            continue
        facet, levels = prepared.facets[name], part.classify(rows)
        if levels is None:
            continue
        control = controls.get(name, {}).get(asking)
        leaves = coherent_probabilities(levels, facet.tree.leaf_ancestors)[-1]
        known = facet.labels.subset(database)
        for place, chances in enumerate(leaves):
            node = understand(facet.tree, chances, name, _threshold(control)).node
            if not node:
                continue
            code = facet.tree.ancestor_codes(node)[len(node) - 1]
            items, classes, _ = known.multi_hot_rows(len(node))
            may = ~known.labelled
            may[items[classes == int(code)]] = True
            # No item of a value that is asked for: the nearest others are better than none.
            if (allowed[place] & may).any():
                allowed[place] &= may
    return allowed


def _threshold(control: RiskControl | None) -> float:
    if control is None or not control.can_keep(DEFAULT_RISK):
        return CLEAR
    return control.threshold(DEFAULT_RISK)
