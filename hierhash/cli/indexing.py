"""Codes and outputs of many items: shared by ``index``, ``encode``, ``predict`` and ``demo``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hierhash.branches.rows import FeatureRows
from hierhash.branches.two_branch import outputs_of
from hierhash.builder import Prepared
from hierhash.cli.prepared import prepare_again
from hierhash.codes.packing import pack
from hierhash.data.catalogue import Catalogue
from hierhash.environment import environment, package_version
from hierhash.errors import DataError
from hierhash.retrieval.exact import ExactIndex, metadata_lines
from hierhash.retrieval.run_files import model_sha256
from hierhash.saved_run import SavedRun
from hierhash.training.progress import counting

BATCH = 64


def index_database(
    saved: SavedRun, modality: str = "image", prepared: Prepared | None = None
) -> ExactIndex:
    """Codes and metadata of the database items that have the modality.

    Raises:
        DataError: None has it.
    """
    prepared = prepared or prepare_again(saved)
    items, catalogue = prepared.items, prepared.catalogue
    has = items.has_image if modality == "image" else items.has_text
    features = items.image if modality == "image" else items.text
    rows = np.asarray(prepared.split.database)
    rows = rows[has[rows]]
    if not len(rows):
        raise DataError(
            f"{catalogue.name}: no database item has this modality: {modality}; "
            "choose the other --modality"
        )
    outputs = outputs_of(saved.model.branch(modality), FeatureRows(features[rows]))
    return _index(saved, modality, outputs, catalogue, rows.tolist())


def encode_catalogue(saved: SavedRun, catalogue: Catalogue, modality: str) -> ExactIndex:
    """Codes and metadata of all items of a catalogue that have the modality.

    Raises:
        DataError: No item has the modality, or a picture cannot be read.
        TreeError: Labels are not in the run's tree.
    """
    rows = rows_with(catalogue, modality)
    # Before the long work: labels that the run's tree lacks are named with their rows.
    saved.tree.encode(
        [catalogue.labels[row] for row in rows], where=lambda place: catalogue.where[rows[place]]
    )
    outputs = catalogue_outputs(saved, catalogue, modality, rows)
    return _index(saved, modality, outputs, catalogue, rows)


def rows_with(catalogue: Catalogue, modality: str) -> list[int]:
    """Row numbers of the items that have a picture or a text.

    Raises:
        DataError: There is none.
    """
    held = catalogue.images if modality == "image" else catalogue.texts
    rows = [row for row, one in enumerate(held) if one is not None]
    if not rows:
        raise DataError(
            f"{catalogue.name}: no item has this modality: {modality}; choose the other --modality"
        )
    return rows


def catalogue_outputs(
    saved: SavedRun, catalogue: Catalogue, modality: str, rows: list[int]
) -> NDArray[np.float32]:
    """Real outputs of some items of a catalogue, in batches, with a bar.

    Raises:
        DataError: A picture cannot be read.
    """
    outputs = []
    with counting(f"{modality}s", len(rows)) as advance:
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            if modality == "image":
                pictures = [image.open() for row in batch if (image := catalogue.images[row])]
                outputs.append(saved.image_outputs(pictures))
            else:
                outputs.append(saved.text_outputs([catalogue.texts[row] or "" for row in batch]))
            advance(len(batch))
    return np.concatenate(outputs)


def _index(
    saved: SavedRun,
    modality: str,
    outputs: NDArray[np.float32],
    catalogue: Catalogue,
    rows: list[int],
) -> ExactIndex:
    items = [
        {
            "id": catalogue.ids[row],
            "text": catalogue.texts[row],
            "paths": [list(saved.tree.resolve(label)) for label in catalogue.labels[row]],
            "image": str(catalogue.images[row]) if catalogue.images[row] else None,
        }
        for row in rows
    ]
    manifest = {
        "hierhash": package_version("hierhash"),
        "bits": saved.config.bits,
        "bit_order": "big-endian packbits",
        "modality": modality,
        "model_sha256": model_sha256(saved.folder),
        "tree_sha256": saved.tree.sha256,
        "environment": environment(),
    }
    labels = saved.tree.encode(
        [catalogue.labels[row] for row in rows], where=lambda place: catalogue.where[rows[place]]
    )
    return ExactIndex(pack(outputs), metadata_lines(items), labels, manifest, saved.folder)
