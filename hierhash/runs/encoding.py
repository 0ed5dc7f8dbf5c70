"""Codes a catalogue shard by shard into an index: what is done is on the disk and not done again.

An item whose picture or labels cannot be read is written to ``rejected.jsonl`` in the index, with
the reason, and the others go on.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hierhash.data.catalogue import Catalogue
from hierhash.errors import DataError, InputError, RunError, TreeError
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.load_index import load_index
from hierhash.retrieval.store import REJECTED, add_items, compact
from hierhash.runs.indexing import BATCH, default_modality, groups_of, index_of, rows_in_order
from hierhash.runs.saved import SavedRun
from hierhash.storage.json_files import append_line, read_json, read_lines, write_json
from hierhash.training.progress import counting

SHARD = 4096
UNFINISHED = "encoding.json"
Reject = Callable[[int, str], None]


@dataclass(frozen=True)
class Encoded:
    """What came of it: items coded now, items found coded, and those rejected."""

    added: int
    found: int
    rejected: list[dict[str, Any]]


def encode_to_index(
    saved: SavedRun,
    catalogue: Catalogue,
    folder: Path,
    modality: str | None = None,
    shard: int = SHARD,
) -> Encoded:
    """Codes a catalogue into a new index, or goes on where it was stopped.

    Memory: the features and codes of a shard, and the index once more at the end.

    Args:
        saved: The run.
        catalogue: The items.
        folder: The index.
        modality: ``image``, ``text`` or ``both``; None takes ``default_modality``.
        shard: Items after which the disk has them.

    Raises:
        RunError: The folder holds anything else, or was begun with another run or other items.
        DataError: No item has the modality.
    """
    modality = modality or default_modality(saved)
    saved.check_modality(modality)
    rows = sorted(row for _, own in groups_of(saved, catalogue, modality) for row in own)
    is_new = not folder.exists()
    _begin(saved, catalogue, folder, modality, rows)
    known = {str(line["id"]) for line in rejected(folder)}
    there = set(load_index(folder).ids)
    left = [row for row in rows if catalogue.ids[row] not in known | there]
    try:
        added = _add_shards(saved, catalogue, folder, modality, left, shard, False, saved.tree)
    except InputError:
        if is_new:  # the run cannot read such items at all: nothing of it is worth keeping
            shutil.rmtree(folder)
        raise
    compact(folder)
    (folder / UNFINISHED).unlink(missing_ok=True)
    return Encoded(added, len(there), rejected(folder))


def add_to_index(
    saved: SavedRun,
    catalogue: Catalogue,
    folder: Path,
    replacing: bool = False,
    shard: int = SHARD,
) -> Encoded:
    """Codes a catalogue by the run that an index carries, and adds it, shard by shard.

    Args:
        saved: That run.
        catalogue: The items.
        folder: The index.
        replacing: Items of ids that are there take the place of these; else they are refused
            before anything is coded.
        shard: Items after which the disk has them.

    Raises:
        RunError: The index is damaged or of an earlier version.
        InputError: An id is there already, or no item has the modality.
    """
    index = load_index(folder)
    modality, tree = str(index.manifest["modality"]), index.tree or saved.tree
    rows = sorted(row for _, own in groups_of(saved, catalogue, modality) for row in own)
    there = set(index.ids)
    twice = [catalogue.ids[row] for row in rows if catalogue.ids[row] in there]
    if twice and not replacing:
        # Before the long work; ``add_items`` looks again.
        add_items(folder, index.subset(np.array([index.ids.index(twice[0])])))
    before = len(rejected(folder))
    added = _add_shards(saved, catalogue, folder, modality, rows, shard, replacing, tree)
    return Encoded(added, len(twice), rejected(folder)[before:])


def _begin(
    saved: SavedRun, catalogue: Catalogue, folder: Path, modality: str, rows: Sequence[int]
) -> None:
    """An empty index that says what will be in it; one that was begun must be of the same."""
    ids = hashlib.sha256("\n".join(catalogue.ids[row] for row in rows).encode()).hexdigest()
    empty = index_of(saved, modality, _nothing(saved, modality), catalogue, [])
    about = {"ids_sha256": ids, "modality": modality, "model": empty.manifest["model_sha256"]}
    if not folder.exists():
        empty.save(folder)
        write_json(folder / UNFINISHED, about)
        return
    begun = folder / UNFINISHED
    if not begun.is_file() and len(load_index(folder)) == 0:
        write_json(begun, about)  # killed before it was written
    elif not begun.is_file():
        raise RunError(f"{folder}: exists already; choose another name or remove it")
    if read_json(begun) != about:
        raise RunError(
            f"{folder}: was begun with another run, modality or other items; give the same again, "
            "or another name"
        )


def _nothing(saved: SavedRun, modality: str) -> NDArray[Any]:
    """Codes of no items."""
    given = ["image", "text"] if modality == "both" else [modality]
    rows = {one: np.zeros((0, *saved.shapes[one]), dtype=np.float32) for one in given}
    return np.asarray(saved.method.encode(rows, "database").stored)


def _add_shards(
    saved: SavedRun,
    catalogue: Catalogue,
    folder: Path,
    modality: str,
    rows: Sequence[int],
    shard: int,
    replacing: bool,
    tree: LabelTree,
) -> int:
    """Codes and adds items, so many at once; gives how many."""
    added = 0

    def reject(row: int, why: str) -> None:
        append_line(
            folder / REJECTED,
            {"id": catalogue.ids[row], "where": catalogue.where[row], "why": why},
        )

    with counting("items", len(rows)) as advance:
        for start in range(0, len(rows), shard):
            own = rows[start : start + shard]
            found = _shard(saved, catalogue, modality, own, tree, reject, advance)
            if found is not None and len(found):
                add_items(folder, found, replacing)
                added += len(found)
    return added


def _shard(
    saved: SavedRun,
    catalogue: Catalogue,
    modality: str,
    rows: Sequence[int],
    tree: LabelTree,
    reject: Reject,
    advance: Callable[[int], None],
) -> ExactIndex | None:
    """The codes of some items; those that cannot be read are left out."""
    good = [row for row in rows if _labelled(tree, catalogue, row, reject)]
    parts: list[tuple[NDArray[np.int64], NDArray[Any]]] = []
    part = catalogue.subset(good)
    for given, places in groups_of(saved, part, modality) if good else []:
        own = [good[place] for place in places]
        for begin in range(0, len(own), BATCH):
            batch, features = _features(saved, catalogue, given, own[begin : begin + BATCH], reject)
            if batch:
                stored = saved.method.encode(features, "database").stored
                parts.append((np.asarray(batch), np.asarray(stored)))
            advance(len(own[begin : begin + BATCH]))
    if not parts:
        return None
    kept = sorted(int(row) for own_rows, _ in parts for row in own_rows)
    return index_of(saved, modality, rows_in_order(parts, kept), catalogue, kept, tree)


def _labelled(tree: LabelTree, catalogue: Catalogue, row: int, reject: Reject) -> bool:
    try:
        tree.paths(catalogue.labels[row])
    except TreeError as error:
        reject(row, str(error))
        return False
    return True


def _features(
    saved: SavedRun, catalogue: Catalogue, given: list[str], rows: Sequence[int], reject: Reject
) -> tuple[list[int], dict[str, Any]]:
    """The rows of a batch that can be read, and their features."""
    good = list(rows)
    features: dict[str, Any] = {}
    if "image" in given:
        pictures: list[Image.Image] = []
        good = []
        for row in rows:
            image = catalogue.images[row]
            assert image is not None  # noqa: S101 - the group is of items with pictures
            try:
                pictures.append(image.open())
                good.append(row)
            except DataError as error:
                reject(row, str(error))
        if not good:
            return [], {}
        features["image"] = saved.image_rows(pictures)
    if "text" in given:
        features["text"] = saved.text_rows([catalogue.texts[row] or "" for row in good])
    return good, features


def rejected(folder: Path) -> list[dict[str, Any]]:
    """The items that an index lacks because they could not be read: ``id``, ``where``, ``why``."""
    path = folder / REJECTED
    return read_lines(path) if path.exists() else []
