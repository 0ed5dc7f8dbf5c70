"""Learns on calibration items how deep in its trees a method may answer at which risk."""

from __future__ import annotations

from hierhash.methods.faceted import parts_of
from hierhash.methods.method import Method
from hierhash.methods.predict import coherent_probabilities
from hierhash.metrics.risk_control import RiskControl, risk_control
from hierhash.prepare import Prepared
from hierhash.training.items import BOTH, MODALITIES


def risk_controls(method: Method, prepared: Prepared) -> dict[str, dict[str, RiskControl]]:
    """By tree and modality the control of risk; nothing of a tree that is not classified.

    Args:
        method: Fitted and calibrated.
        prepared: Its data; the calibrate half of the validation items is looked at.
    """
    items = prepared.items.subset(prepared.split.calibrate)
    found: dict[str, dict[str, RiskControl]] = {}
    for name, part in parts_of(method).items():
        own = items.labelled_by(name) if name in prepared.facets else items
        tree = prepared.facets[name].tree if name in prepared.facets else prepared.tree
        given = [[one] for one in MODALITIES if one in part.needs and one in items.rows]
        given += [list(MODALITIES)] if part.fuses and len(given) == len(MODALITIES) else []
        for modalities in given:
            rows = own.labels.leaf_known.nonzero()[0]
            for one in modalities:
                rows = own.having(one, rows)
            if not len(rows):
                continue
            levels = part.classify({one: own.rows[one][rows] for one in modalities})
            if levels is None:
                break
            leaves = coherent_probabilities(levels, tree.leaf_ancestors)[-1]
            key = BOTH if len(modalities) > 1 else modalities[0]
            control = risk_control(leaves, own.labels.subset(rows), tree.leaf_ancestors)
            found.setdefault(name, {})[key] = control
    return found
