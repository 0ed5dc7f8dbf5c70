"""Learns on calibration items how deep in its trees a method may answer at which risk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.features.text_vectorisers import TextVectoriser
from hierhash.lessons import shortened
from hierhash.methods.coherent import coherent_probabilities
from hierhash.methods.method import Method, Rows
from hierhash.methods.parts import parts_of
from hierhash.metrics.risk_control import RiskControl, risk_control
from hierhash.prepare import Prepared
from hierhash.retrieval.risk_file import SHORT
from hierhash.training.items import BOTH, MODALITIES, Items


def risk_controls(method: Method, prepared: Prepared) -> dict[str, dict[str, RiskControl]]:
    """By tree and modality the control of risk; nothing of a tree that is not classified.

    Texts of one to three words have a control of their own, ``SHORT``, learnt on titles cut to so
    many: they say less, so that an answer needs to be surer.

    Args:
        method: Fitted and calibrated.
        prepared: Its data; the calibrate half of the validation items is looked at.
    """
    items = prepared.items.subset(prepared.split.calibrate)
    found: dict[str, dict[str, RiskControl]] = {}
    for name, part in parts_of(method).items():
        own = items.labelled_by(name) if name in prepared.facets else items
        tree = prepared.facets[name].tree if name in prepared.facets else prepared.tree
        for kind, rows, features in _asked(part, prepared, own):
            levels = part.classify(features) if len(rows) else None
            if levels is None:
                continue
            leaves = coherent_probabilities(levels, tree.leaf_ancestors)[-1]
            control = risk_control(leaves, own.labels.subset(rows), tree.leaf_ancestors)
            found.setdefault(name, {})[kind] = control
    return found


def _asked(
    part: Method, prepared: Prepared, items: Items
) -> Iterator[tuple[str, NDArray[np.int64], Rows]]:
    """Kinds of query: which, the rows of ``items`` of a known leaf that can ask so, and what."""
    labelled = items.labels.leaf_known.nonzero()[0]
    given = [one for one in MODALITIES if one in part.needs and one in items.rows]
    for one in given:
        rows = items.having(one, labelled)
        yield one, rows, {one: items.rows[one][rows]}
    if part.fuses and len(given) == len(MODALITIES):
        rows = items.having("text", items.having("image", labelled))
        yield BOTH, rows, {one: items.rows[one][rows] for one in given}
    if "text" in given and prepared.vectoriser is not None:
        rows, short = _short_texts(prepared, prepared.vectoriser, items)
        yield SHORT, rows, {"text": short}


def _short_texts(
    prepared: Prepared, vectoriser: TextVectoriser, items: Items
) -> tuple[NDArray[np.int64], Any]:
    """Rows of calibration items with a known leaf, and their shortened texts that say something."""
    rows = items.having("text", items.labels.leaf_known.nonzero()[0])
    texts = shortened([prepared.texts[row] or "" for row in prepared.split.calibrate[rows]])
    known = np.array([vectoriser.knows(text) for text in texts], dtype=bool)
    return rows[known], vectoriser.transform(
        [text for text, one in zip(texts, known, strict=True) if one]
    )
