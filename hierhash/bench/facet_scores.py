"""Scores of methods with facets: each facet by its own segment, and all together.

``joint@10`` is the expected share of the first ten items, by the distance of the whole code, that
match the query's leaf and its value of every facet; queries of which one is unknown, or that
nothing matches, are left out. ``NAME_map`` is the mean average precision of a facet's values by its
segment alone. ``shipped@10`` and ``predicted@10`` are joint@10 of searches that filter: see
``filtered_search``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from hierhash.bench.filtered_search import predicted_precision, shipped_precision
from hierhash.bench.joint import joint_labels
from hierhash.bench.scores import CROSS, direction_scores, directions_of
from hierhash.bench.trained import Rows, Trained, encode_items
from hierhash.labels.facets import CATEGORY
from hierhash.methods.parts import parts_of
from hierhash.prepare import Prepared


def facet_scores(
    whole: Trained,
    prepared: Prepared,
    queries: Rows,
    database: Rows,
    weights: Mapping[str, float],
) -> dict[str, dict[str, float]]:
    """By direction ``joint@10``, ``joint_n`` (its queries), ``NAME_map``s and the filtered ones.

    The last are of texts and pictures that ask the other, by methods whose queries are real.

    Args:
        whole: A fitted method with facets, and these items coded.
        prepared: Its data.
        queries: Items that ask.
        database: Items that answer.
        weights: How much each segment counts in a search; see ``segment_weights``.
    """
    joint = joint_labels([prepared.labels, *(one.labels for one in prepared.facets.values())])
    together = replace(prepared, labels=joint)
    parts = {
        name: encode_items(part, prepared, queries, database)
        for name, part in parts_of(whole.method).items()
    }
    found: dict[str, dict[str, float]] = {}
    for direction in directions_of(whole):
        scores = direction_scores(whole, together, direction, queries, database, False)
        counted = ~np.isnan(scores.per_query["precision@10"])
        own = {"joint@10": scores.means["precision@10"], "joint_n": float(counted.sum())}
        for name in parts.keys() & prepared.facets.keys():
            alone = replace(prepared, labels=prepared.facets[name].labels)
            of_facet = direction_scores(parts[name], alone, direction, queries, database, False)
            own[f"{name}_map"] = of_facet.means["map_leaf"]
        if direction in CROSS:
            asked = joint, direction, queries, database
            own["shipped@10"] = shipped_precision(whole, prepared, *asked, weights)
            own["predicted@10"] = predicted_precision(
                whole.method, parts[CATEGORY], prepared, *asked
            )
        found[direction] = {
            name: round(value, 5) for name, value in own.items() if not np.isnan(value)
        }
    return found
