"""Single-item retrieval: does a title find its own picture, pictures of its colour, its parent?

A query's own partner is looked for in the database and all query items, the rest in the database
alone. Scores are given in Hamming order and under the asymmetric score <clip(f, -1, 1), b>, which
is what a search orders by.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.scores import DIRECTIONS, rounded
from hierhash.bench.trained import Trained
from hierhash.builder import Prepared
from hierhash.codes.hamming import hamming_distances
from hierhash.codes.packing import unpack
from hierhash.labels.paths import format_path
from hierhash.metrics.pair_recall import attribute_share, pair_recall
from hierhash.metrics.retrieval_suite import mean_defined

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
    split, items = prepared.split, prepared.items
    queries = split.query[(items.has_image & items.has_text)[split.query]]
    has = {"image": items.has_image, "text": items.has_text}[answering]
    pool = np.concatenate([split.database[has[split.database]], queries])
    codes = trained.codes[answering][pool]
    signs = unpack(codes, trained.bits).astype(np.float32)
    shares = _side_values(prepared, attribute)
    found: dict[str, list[NDArray[np.float64]]] = {}
    n = len(pool) - len(queries)
    for start in range(0, len(queries), CHUNK):
        rows = queries[start : start + CHUNK]
        outputs = np.clip(trained.outputs[asking][rows], -1.0, 1.0)
        orders: dict[str, NDArray[Any]] = {
            "": hamming_distances(trained.codes[asking][rows], codes),
            "/rescored": -(outputs @ signs.T),
        }
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
