"""Codes and features of many items: shared by ``index``, ``encode``, ``predict``, ``demo``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.distances import Distance
from hierhash.codes.weighted_hamming import WeightedHamming
from hierhash.data.catalogue import Catalogue
from hierhash.data.images import ImageRef
from hierhash.environment import environment, package_version
from hierhash.errors import DataError
from hierhash.labels.facets import facet_of
from hierhash.labels.items import ItemLabels
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.items import metadata_lines
from hierhash.retrieval.run_files import model_sha256
from hierhash.runs.coding_run import CodingRun
from hierhash.training.items import BOTH
from hierhash.training.progress import counting

if TYPE_CHECKING:  # they load torch, and an exported run needs none
    from hierhash.prepare import Prepared
    from hierhash.runs.saved import SavedRun

BATCH = 64


def default_modality(saved: CodingRun) -> str:
    """What of items is coded when nothing is said: ``both`` where a method has one code of both."""
    return BOTH if saved.method.fuses else saved.modalities[0]


def index_database(
    saved: SavedRun, modality: str | None = None, prepared: Prepared | None = None
) -> ExactIndex:
    """Codes and metadata of the database items that have the modality.

    Args:
        saved: The run.
        modality: ``image``, ``text`` or ``both``; None takes ``default_modality``.
        prepared: The run's data, if they are there already.

    Raises:
        DataError: No item has it.
    """
    from hierhash.runs.items import prepare_again

    modality = modality or default_modality(saved)
    saved.check_modality(modality)
    prepared = prepared or prepare_again(saved)
    items, catalogue = prepared.items, prepared.catalogue
    rows = items.having(modality, np.asarray(prepared.split.database))
    if not len(rows):
        raise DataError(_nothing(catalogue, modality))
    parts = [
        (own, saved.method.encode({one: items.rows[one][own] for one in given}, "database").stored)
        for given, own in items.given(modality, rows)
    ]
    index = index_of(saved, modality, rows_in_order(parts, rows.tolist()), catalogue, rows.tolist())
    if modality == "text" or saved.given_image_features:
        return index
    told = {"engine": "torch", "engine_why": "as the features that it was trained on"}
    return replace(index, manifest=index.manifest | told)


def groups_of(
    saved: CodingRun, catalogue: Catalogue, modality: str
) -> list[tuple[list[str], list[int]]]:
    """Modalities with the rows that are coded by just these.

    Raises:
        DataError: No item has the modality.
    """
    if modality != BOTH:
        return [([modality], rows_with(catalogue, modality))]
    found: dict[tuple[str, ...], list[int]] = {}
    for row, (image, text) in enumerate(zip(catalogue.images, catalogue.texts, strict=True)):
        # A text without a known word says nothing, beside a picture.
        known = text is not None and (image is None or saved.knows(text))
        given = (*(["image"] if image is not None else []), *(["text"] if known else []))
        if given:
            found.setdefault(given, []).append(row)
    if not found:
        raise DataError(_nothing(catalogue, modality))
    return [(list(given), rows) for given, rows in found.items()]


def rows_in_order(
    parts: list[tuple[NDArray[np.int64], NDArray[Any]]], rows: list[int]
) -> NDArray[Any]:
    """Codes of groups of rows as one array, in the order of ``rows``, which rise."""
    found = np.concatenate([stored for _, stored in parts])
    order = np.argsort(np.concatenate([own for own, _ in parts]), kind="stable")
    return np.asarray(found[order][np.argsort(np.argsort(rows, kind="stable"), kind="stable")])


def _nothing(catalogue: Catalogue, modality: str) -> str:
    return f"{catalogue.name}: no item has this modality: {modality}; choose the other --modality"


def rows_with(catalogue: Catalogue, modality: str) -> list[int]:
    """Row numbers of the items that have a picture or a text.

    Raises:
        DataError: There is none.
    """
    held = catalogue.images if modality == "image" else catalogue.texts
    rows = [row for row, one in enumerate(held) if one is not None]
    if not rows:
        raise DataError(_nothing(catalogue, modality))
    return rows


def catalogue_rows(
    saved: CodingRun, catalogue: Catalogue, modalities: list[str], rows: list[int]
) -> Iterator[dict[str, Any]]:
    """Feature rows of some items of a catalogue by modality, batch by batch, with a bar.

    Raises:
        DataError: A picture cannot be read.
    """
    with counting(f"{modalities[0]}s", len(rows)) as advance:
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            features: dict[str, Any] = {}
            if "image" in modalities:
                pictures = [image.open() for row in batch if (image := catalogue.images[row])]
                features["image"] = saved.image_rows(pictures)
            if "text" in modalities:
                features["text"] = saved.text_rows([catalogue.texts[row] or "" for row in batch])
            yield features
            advance(len(batch))


def index_of(
    saved: CodingRun,
    modality: str,
    stored: NDArray[Any],
    catalogue: Catalogue,
    rows: list[int],
    tree: LabelTree | None = None,
) -> ExactIndex:
    """The index of some rows of a catalogue, by what is stored of each.

    Args:
        saved: The run.
        modality: What of the items is coded.
        stored: Codes or vectors of the rows.
        catalogue: Where they are from.
        rows: Their numbers there.
        tree: What they are filed in; None takes the run's tree.

    Raises:
        TreeError: Labels are not in the tree.
    """
    tree = tree or saved.tree
    items = [
        {
            "id": catalogue.ids[row],
            "text": catalogue.texts[row],
            "paths": [list(path) for path in tree.paths(catalogue.labels[row])],
            "image": _place(catalogue.images[row]),
            **_attributes(catalogue, row),
        }
        for row in rows
    ]
    manifest = {
        "hierhash": package_version("hierhash"),
        "bits": 8 * stored.itemsize * stored.shape[1],
        "segments": {segment.name: segment.bits for segment in saved.method.layout()},
        "prefixes": [one for one in saved.prefixes if one % 8 == 0],
        **about_distance(saved.method.distance()),
        "bit_order": "big-endian packbits",
        "modality": modality,
        "model_sha256": model_sha256(saved.folder),
        "tree_sha256": saved.tree.sha256,
        "environment": environment(),
    }
    labels = tree.encode(
        [catalogue.labels[row] for row in rows], where=lambda place: catalogue.where[rows[place]]
    )
    distance = saved.method.distance()
    lines = metadata_lines(items)
    facets = known_facets(saved, catalogue, rows)
    return ExactIndex(stored, lines, labels, manifest, saved.folder, distance, facets)


def about_distance(distance: Distance) -> dict[str, Any]:
    """What an index or an export tells of a distance, so that it can be made again."""
    own = {"distance": distance.name}
    return own | ({"weights": distance.described} if isinstance(distance, WeightedHamming) else {})


def _place(image: ImageRef | None) -> str | None:
    """Where a picture is, whatever folder a search is started in."""
    return None if image is None else str(replace(image, path=image.path.absolute()))


def _attributes(catalogue: Catalogue, row: int) -> dict[str, dict[str, str]]:
    """What the catalogue's columns say of an item, where they say anything."""
    own = {name: cells[row] for name, cells in catalogue.attributes.items() if cells[row]}
    return {"attributes": own} if own else {}


def known_facets(saved: CodingRun, catalogue: Catalogue, rows: list[int]) -> dict[str, ItemLabels]:
    """Labels of rows in the run's facets; nothing is known where the catalogue lacks the column."""
    found = {}
    for name, tree in saved.facets.items():
        column = catalogue.attributes.get(saved.facet_columns[name])
        cells = ["" if column is None else column[row] for row in rows]
        found[name] = facet_of(cells, tree).labels
    return found
