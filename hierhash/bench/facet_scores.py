"""Scores of methods with facets: each facet by its own segment, and all together.

``joint@10`` is the expected share of the first ten items, by the distance of the whole code, that
match the query's leaf and its value of every facet; queries of which one is unknown, or that
nothing matches, are left out. ``NAME_map`` is the mean average precision of a facet's values by its
segment alone. ``shipped@10`` is joint@10 of a search as it ships: see ``shipped_search``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hierhash.bench.joint import joint_labels
from hierhash.bench.scores import CROSS, direction_scores, directions_of
from hierhash.bench.shipped_search import shipped_precision
from hierhash.bench.trained import Rows, encode_items
from hierhash.methods.faceted import parts_of
from hierhash.methods.method import Method
from hierhash.prepare import Prepared


def facet_scores(
    method: Method, prepared: Prepared, queries: Rows, database: Rows
) -> dict[str, dict[str, float]]:
    """By direction ``joint@10``, ``joint_n`` (its queries), ``NAME_map``s and ``shipped@10``.

    The last is of texts and pictures that ask the other, by methods whose queries are real.

    Args:
        method: Fitted, with facets.
        prepared: Its data.
        queries: Items that ask.
        database: Items that answer.
    """
    whole = encode_items(method, prepared, queries, database)
    joint = joint_labels([prepared.labels, *(one.labels for one in prepared.facets.values())])
    together = replace(prepared, labels=joint)
    facets = {
        name: encode_items(part, prepared, queries, database)
        for name, part in parts_of(method).items()
        if name in prepared.facets
    }
    found: dict[str, dict[str, float]] = {}
    for direction in directions_of(whole):
        scores = direction_scores(whole, together, direction, queries, database, False)
        counted = ~np.isnan(scores.per_query["precision@10"])
        own = {"joint@10": scores.means["precision@10"], "joint_n": float(counted.sum())}
        for name, trained in facets.items():
            alone = replace(prepared, labels=prepared.facets[name].labels)
            facet = direction_scores(trained, alone, direction, queries, database, False)
            own[f"{name}_map"] = facet.means["map_leaf"]
        if direction in CROSS:
            shipped = shipped_precision(whole, prepared, joint, direction, queries, database)
            if not np.isnan(shipped):
                own["shipped@10"] = shipped
        found[direction] = {name: round(value, 5) for name, value in own.items()}
    return found
