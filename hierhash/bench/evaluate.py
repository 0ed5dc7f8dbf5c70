"""Scores of one fitted method, for who trained it: every direction it answers, and its facets."""

from __future__ import annotations

from hierhash.bench.facet_scores import facet_scores
from hierhash.bench.scores import Scores, direction_scores, directions_of, rounded
from hierhash.bench.segment_weights import segment_weights
from hierhash.bench.trained import Rows, Trained, encode_items
from hierhash.bench.typed_queries import TypedQueries, names_of, short_scores, typed_scores
from hierhash.methods.method import Method
from hierhash.methods.parts import category_of
from hierhash.prepare import Prepared


def evaluate_method(method: Method, prepared: Prepared, queries: Rows) -> Scores:
    """Scores of a method in every direction it answers, ``queries`` against the database.

    ``n`` among them is the number of queries that the leaf's scores are the mean of. Those of the
    category are by the category's segment alone; a method with facets adds ``facet_scores``.
    """
    database = prepared.split.database
    trained = encode_items(category_of(method), prepared, queries, database)
    scores = {}
    for direction in directions_of(trained):
        found = direction_scores(trained, prepared, direction, queries, database, canonical=True)
        counted = len(found.per_query["map_leaf"]) - found.skipped
        scores[direction] = {"n": counted, **rounded(found.means)}
    if prepared.facets:
        whole = encode_items(method, prepared, queries, database)
        weights = segment_weights(method, prepared)
        for direction, own in facet_scores(whole, prepared, queries, database, weights).items():
            scores[direction] |= own
    return scores


def evaluate_typed(
    trained: Trained, prepared: Prepared, asked: Rows, queries: TypedQueries | None = None
) -> dict[str, Scores]:
    """Scores of texts as people type them, by the category alone; none where texts are not read.

    Args:
        trained: The category's part of a method, and the items of the database coded.
        prepared: Its data.
        asked: Items whose texts are shortened.
        queries: A list of one's own.

    Returns:
        ``names``, ``short`` and with ``queries`` these: see ``typed_queries``.
    """
    if prepared.vectoriser is None:
        return {}
    found = {"names": typed_scores(trained, prepared, names_of(prepared.tree))}
    if len(prepared.items.having("text", asked)):
        found["short"] = short_scores(trained, prepared, asked)
    if queries is not None:
        found["queries"] = typed_scores(trained, prepared, queries)
    return found
