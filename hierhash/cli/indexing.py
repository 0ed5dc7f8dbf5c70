"""Making an index of a run's database items: shared by the verbs ``index`` and ``demo``."""

from __future__ import annotations

import numpy as np

from hierhash.branches.rows import FeatureRows
from hierhash.branches.two_branch import outputs_of
from hierhash.builder import Prepared
from hierhash.cli.training_run import prepare_with_progress
from hierhash.codes.packing import pack
from hierhash.retrieval.exact import ExactIndex
from hierhash.saved_run import SavedRun


def index_database(
    saved: SavedRun, modality: str = "image", prepared: Prepared | None = None
) -> ExactIndex:
    """Codes and metadata of the database items that have the modality."""
    prepared = prepared or prepare_with_progress(saved.config)
    items, catalogue = prepared.items, prepared.catalogue
    has = items.has_image if modality == "image" else items.has_text
    features = items.image if modality == "image" else items.text
    rows = np.asarray(prepared.split.database)
    rows = rows[has[rows]]
    outputs = outputs_of(saved.model.branch(modality), FeatureRows(features[rows]))
    metadata = [
        {
            "id": catalogue.ids[row],
            "text": catalogue.texts[row],
            "paths": [list(prepared.tree.resolve(label)) for label in catalogue.labels[row]],
            "image": str(catalogue.images[row]) if catalogue.images[row] else None,
        }
        for row in rows.tolist()
    ]
    manifest = {
        "bits": saved.config.bits,
        "modality": modality,
        "run": str(saved.folder.resolve()),
        "model_sha256": saved.model_sha256,
        "tree_sha256": saved.tree.sha256,
    }
    return ExactIndex(pack(outputs), metadata, manifest)
