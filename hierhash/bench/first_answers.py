"""The first answers to every query, which a report can show."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.scores import DIRECTIONS
from hierhash.bench.trained import Trained
from hierhash.prepare import Prepared

TOP = 8
PerQuery = dict[str, NDArray[Any]]


def first_answers(trained: Trained, prepared: Prepared, direction: str) -> PerQuery:
    """The first answers to each query, nearest first and equal ones by row.

    Returns:
        ``i2t/top``, say: int32 (q, TOP), places in the split's database, for the queries that have
        the modality asked; ``i2t/distance``: their whole-number distances, int16, or their scores,
        float32, where there are none; ``i2t/query``: int32 (q,), places in the split's queries.
    """
    asking, answering = DIRECTIONS[direction]
    split, items, distance = prepared.split, prepared.items, trained.distance
    queries = items.having(asking, split.query)
    answers = np.flatnonzero(np.isin(split.database, items.having(answering, split.database)))
    stored = trained.stored[answering][split.database[answers]]
    coded = trained.queries[asking]
    scores_of = distance.scorer(stored) if distance.steps is None else None
    places, near = [], []
    for query in queries:
        if scores_of is not None and coded.query is not None:
            keys = -scores_of(coded.query[[query]])[0]
        else:
            assert coded.codes is not None  # noqa: S101 - what has a distance has codes
            keys = distance.between(coded.codes[[query]], stored)[0]
        first = np.argsort(keys, kind="stable")[:TOP]
        places.append(answers[first])
        near.append(keys[first] if scores_of is None else -keys[first])
    kind = np.int16 if scores_of is None else np.float32
    return {
        f"{direction}/top": np.stack(places).astype(np.int32),
        f"{direction}/distance": np.stack(near).astype(kind),
        f"{direction}/query": np.flatnonzero(np.isin(split.query, queries)).astype(np.int32),
    }
