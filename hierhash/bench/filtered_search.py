"""``joint@10`` of searches that filter: by what is understood, or by a predicted value.

``shipped``, as ``hierhash search`` does: an item is left out whose known value of a facet is
another than what the query was understood as, at the default risk; the rest is ordered by the
query's real code, its segments weighed as ``segment_weights`` chose, and for a text by the words of
the items' texts, too. ``predicted``, what a
practitioner would build: the category's segment and one byte a facet, the likeliest value of the
item; only items of the query's likeliest values answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.joint import shares_a_class
from hierhash.bench.risk import risk_controls
from hierhash.bench.scores import DIRECTIONS
from hierhash.bench.trained import Rows, Trained
from hierhash.labels.items import ItemLabels
from hierhash.methods.coherent import coherent_probabilities
from hierhash.methods.method import Method
from hierhash.methods.parts import parts_of
from hierhash.prepare import Prepared
from hierhash.retrieval.risk_file import DEFAULT_RISK
from hierhash.retrieval.understood import understand
from hierhash.retrieval.weighing import weighed
from hierhash.retrieval.words_search import FIRST as FUSED_FIRST
from hierhash.retrieval.words_search import WordsSearch, fused, parted

FIRST = 10


def shipped_precision(
    trained: Trained,
    prepared: Prepared,
    joint: ItemLabels,
    direction: str,
    queries: Rows,
    database: Rows,
    weights: Mapping[str, float],
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
        weights: How much each segment counts.
    """
    asking, answering = DIRECTIONS[direction]
    queries = prepared.items.having(asking, queries)
    database = prepared.items.having(answering, database)
    coded, stored = trained.queries[asking], trained.stored[answering][database]
    allowed = _allowed(trained.method, prepared, asking, queries, database)
    asked = weighed(coded, dict(trained.method.layout()), weights).query
    if asked is None:
        return float("nan")
    score = trained.distance.scorer(stored)

    def keys_of(row: int) -> NDArray[Any]:
        return np.asarray(-score(asked[[row]])[0])

    if asking != "text":
        return _precision(_by_key(keys_of), allowed, joint, queries, database)
    ranked = _with_words(keys_of, prepared.texts, database)
    return _precision(ranked, allowed, joint, queries, database)


def predicted_precision(
    method: Method,
    category: Trained,
    prepared: Prepared,
    joint: ItemLabels,
    direction: str,
    queries: Rows,
    database: Rows,
) -> float:
    """As ``shipped_precision``, by the category's score among items of the same likeliest values.

    Args:
        method: The whole method.
        category: Its category's part, and the items coded.
        prepared: Its data.
        joint: One class a combination of leaves, of all items.
        direction: Who asks what.
        queries: Items that ask.
        database: Items that answer.
    """
    asking, answering = DIRECTIONS[direction]
    queries = prepared.items.having(asking, queries)
    database = prepared.items.having(answering, database)
    query = category.queries[asking].query
    if query is None:
        return float("nan")
    allowed = np.ones((len(queries), len(database)), dtype=bool)
    for name, part in parts_of(method).items():
        if name not in prepared.facets:
            continue
        asked = part.classify({asking: prepared.items.rows[asking][queries]})
        answered = part.classify({answering: prepared.items.rows[answering][database]})
        if asked is None or answered is None:
            return float("nan")
        allowed &= asked[-1].argmax(axis=1)[:, None] == answered[-1].argmax(axis=1)
    score = category.distance.scorer(category.stored[answering][database])
    ranked = _by_key(lambda row: -score(query[[row]])[0])
    return _precision(ranked, allowed, joint, queries, database)


Ranked = Callable[[int, NDArray[np.bool_], int], NDArray[np.int64]]
"""From a query's row, which items may answer, and how many to the places of the first."""


def _by_key(keys_of: Callable[[int], NDArray[Any]]) -> Ranked:
    """The smallest keys first, and equal ones by row."""

    def ranked(row: int, allowed: NDArray[np.bool_], k: int) -> NDArray[np.int64]:
        keys = np.where(allowed, keys_of(row), np.inf)
        return np.argsort(keys, kind="stable")[:k]

    return ranked


def _with_words(
    keys_of: Callable[[int], NDArray[Any]], texts: Sequence[str | None], database: Rows
) -> Ranked:
    """By these keys and by the words of the items' texts together; ``texts`` are of all items."""
    words = WordsSearch(texts[row] or "" for row in database.tolist())
    by_key = _by_key(keys_of)

    def ranked(row: int, allowed: NDArray[np.bool_], k: int) -> NDArray[np.int64]:
        first = by_key(row, allowed, FUSED_FIRST)
        first = first[allowed[first]]
        keys = np.round(keys_of(row)[first], 4)
        by_words = words.search(texts[row] or "", FUSED_FIRST, np.flatnonzero(allowed))
        return fused((first, -keys), parted(by_words))[0][:k]

    return ranked


def _precision(
    ranked: Ranked,
    allowed: NDArray[np.bool_],
    joint: ItemLabels,
    queries: Rows,
    database: Rows,
) -> float:
    """The mean share of the first ten that are right and allowed."""
    shares = []
    for place, query in enumerate(queries.tolist()):
        right = shares_a_class(joint, query, database)
        if right.any():
            first = ranked(query, allowed[place], FIRST)
            found = (right & allowed[place])[first].sum()
            shares.append(found / min(FIRST, len(database)))
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
        if control is None or not control.can_keep(DEFAULT_RISK):
            continue
        leaves = coherent_probabilities(levels, facet.tree.leaf_ancestors)[-1]
        known = facet.labels.subset(database)
        for place, chances in enumerate(leaves):
            node = understand(facet.tree, chances, name, control.threshold(DEFAULT_RISK)).node
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
