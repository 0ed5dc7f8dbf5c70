"""A result line of a run, as small as a report can read."""

from __future__ import annotations

from typing import Any

METRICS = ("map_leaf", "map_leaf_macro", "hap", "ndcg@100", "map_level_1")
SCORES = {f"{prefix}{name}": 0.5 for prefix in ("", "canonical/") for name in METRICS}
POINTS = {f"{kind}{name}": [0.5] for kind in ("", "radius_") for name in ("recall", "precision")}

RECORD: dict[str, Any] = {
    "settings": {"epochs": 3, "optimiser": "adamw", "pairs": "leaf", "head": "none"},
    "results": {"all": {direction: {"hamming": SCORES} for direction in ("i2t", "t2i")}},
    "queries": {direction: {"counted": 9, "skipped": 1} for direction in ("i2t", "t2i")},
    "classification": None,
    "curves": dict.fromkeys(("i2t", "t2i"), POINTS),
    "cost": {"train_seconds": 1.5},
}
LINE: dict[str, Any] = {
    "suite": "s",
    "method": "dcmh_tuned",
    "variant": "",
    "bits": 16,
    "seed": 0,
    "split_sha256": "one",
    "tree_sha256": "tree",
    "conditions_sha256": "few epochs",
    "settings_sha256": "first",
    **RECORD,
}
