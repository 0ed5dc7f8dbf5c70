"""Single-item retrieval: does a title find its own picture, and pictures of its colour?

The pool is the database and the queries' own partners. Scores are given in Hamming order and under
the asymmetric score <clip(f, -1, 1), b>, which is what rescoring orders by.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.scores import DIRECTIONS
from hierhash.bench.trained import Trained
from hierhash.builder import Prepared
from hierhash.codes.hamming import hamming_distances
from hierhash.codes.packing import unpack
from hierhash.metrics.pair_recall import attribute_share, pair_recall

CHUNK, K = 64, 10


def instance_scores(
    trained: Trained, prepared: Prepared, direction: str, attribute: str | None
) -> dict[str, float]:
    """``pair_recall@10`` and the top ten's share of the query's attribute, by both orders.

    Args:
        trained: The run.
        prepared: Its data.
        direction: ``i2t`` or ``t2i``.
        attribute: A side attribute of the catalogue (``baseColour``, say), or None.

    Memory: CHUNK x pool distances at a time.
    """
    asking, answering = DIRECTIONS[direction]
    split, items = prepared.split, prepared.items
    queries = split.query[(items.has_image & items.has_text)[split.query]]
    has = {"image": items.has_image, "text": items.has_text}[answering]
    pool = np.concatenate([split.database[has[split.database]], queries])
    codes = trained.codes[answering][pool]
    signs = unpack(codes, trained.bits).astype(np.float32)
    values = prepared.catalogue.attributes.get(attribute or "")
    found: dict[str, list[NDArray[np.float64]]] = {}
    for start in range(0, len(queries), CHUNK):
        rows = queries[start : start + CHUNK]
        own = np.arange(start, start + len(rows)) + len(pool) - len(queries)
        outputs = np.clip(trained.outputs[asking][rows], -1.0, 1.0)
        orders: dict[str, NDArray[Any]] = {
            "": hamming_distances(trained.codes[asking][rows], codes),
            "/rescored": -(outputs @ signs.T),
        }
        for order, distances in orders.items():
            found.setdefault(f"pair_recall@{K}{order}", []).append(pair_recall(distances, own, K))
            if values is not None:
                share = attribute_share(
                    distances, [values[i] for i in rows], [values[i] for i in pool], K
                )
                found.setdefault(f"{attribute}_share@{K}{order}", []).append(share)
    return {name: round(float(np.nanmean(np.concatenate(part))), 5) for name, part in found.items()}
