"""Codes and features of many items: shared by ``index``, ``encode``, ``predict``, ``demo``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.data.catalogue import Catalogue
from hierhash.environment import environment, package_version
from hierhash.errors import DataError
from hierhash.prepare import Prepared
from hierhash.retrieval.exact import ExactIndex, metadata_lines
from hierhash.retrieval.run_files import model_sha256
from hierhash.runs.items import prepare_again
from hierhash.runs.saved import SavedRun
from hierhash.training.progress import counting

BATCH = 64


def index_database(
    saved: SavedRun, modality: str = "image", prepared: Prepared | None = None
) -> ExactIndex:
    """Codes and metadata of the database items that have the modality.

    Raises:
        DataError: None has it.
    """
    saved.check_modality(modality)
    prepared = prepared or prepare_again(saved)
    items, catalogue = prepared.items, prepared.catalogue
    rows = items.having(modality, np.asarray(prepared.split.database))
    if not len(rows):
        raise DataError(
            f"{catalogue.name}: no database item has this modality: {modality}; "
            "choose the other --modality"
        )
    coded = saved.method.encode({modality: items.rows[modality][rows]}, "database")
    return _index(saved, modality, coded.stored, catalogue, rows.tolist())


def encode_catalogue(saved: SavedRun, catalogue: Catalogue, modality: str) -> ExactIndex:
    """Codes and metadata of all items of a catalogue that have the modality.

    Raises:
        DataError: No item has the modality, or a picture cannot be read.
        TreeError: Labels are not in the run's tree.
    """
    saved.check_modality(modality)
    rows = rows_with(catalogue, modality)
    # Before the long work: labels that the run's tree lacks are named with their rows.
    saved.tree.encode(
        [catalogue.labels[row] for row in rows], where=lambda place: catalogue.where[rows[place]]
    )
    stored = [
        saved.method.encode({modality: features}, "database").stored
        for features in catalogue_rows(saved, catalogue, modality, rows)
    ]
    return _index(saved, modality, np.concatenate(stored), catalogue, rows)


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


def catalogue_rows(
    saved: SavedRun, catalogue: Catalogue, modality: str, rows: list[int]
) -> Iterator[Any]:
    """Feature rows of some items of a catalogue, batch by batch, with a bar.

    Raises:
        DataError: A picture cannot be read.
    """
    with counting(f"{modality}s", len(rows)) as advance:
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            if modality == "image":
                pictures = [image.open() for row in batch if (image := catalogue.images[row])]
                yield saved.image_rows(pictures)
            else:
                yield saved.text_rows([catalogue.texts[row] or "" for row in batch])
            advance(len(batch))


def _index(
    saved: SavedRun,
    modality: str,
    stored: NDArray[Any],
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
        "bits": 8 * stored.itemsize * stored.shape[1],
        "distance": saved.method.distance().name,
        "bit_order": "big-endian packbits",
        "modality": modality,
        "model_sha256": model_sha256(saved.folder),
        "tree_sha256": saved.tree.sha256,
        "environment": environment(),
    }
    labels = saved.tree.encode(
        [catalogue.labels[row] for row in rows], where=lambda place: catalogue.where[rows[place]]
    )
    distance = saved.method.distance()
    return ExactIndex(stored, metadata_lines(items), labels, manifest, saved.folder, distance)
