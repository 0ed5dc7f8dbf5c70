"""Scores of one fitted method, for who trained it: every direction it answers, and its facets."""

from __future__ import annotations

from hierhash.bench.facet_scores import facet_scores
from hierhash.bench.scores import Scores, direction_scores, directions_of, rounded
from hierhash.bench.trained import Rows, encode_items
from hierhash.methods.faceted import category_of
from hierhash.methods.method import Method
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
        for direction, own in facet_scores(method, prepared, queries, database).items():
            scores[direction] |= own
    return scores
