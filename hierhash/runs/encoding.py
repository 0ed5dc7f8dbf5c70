"""Codes a catalogue shard by shard into an index: what is done is on the disk and not done again.

What of an item cannot be read, its picture or a label, is written to ``rejected.jsonl`` in the
index; it is kept by what is left, if anything is, and the others go on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hierhash.data.catalogue import Catalogue
from hierhash.errors import ConfigError, InputError, RunError, TreeError
from hierhash.features.engine import AUTO, check_engine
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.changing import REJECTED, UNFINISHED, Writer, compact_held, writing
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.load_index import load_index
from hierhash.runs.begun import about_of, begin, engine_begun
from hierhash.runs.bulk_features import BulkFeatures, Note, bulk_features
from hierhash.runs.coding_run import CodingRun
from hierhash.runs.indexing import default_modality, groups_of, index_of, rows_in_order
from hierhash.storage.json_files import append_line, read_lines
from hierhash.storage.whole_file import write_text
from hierhash.training.items import BOTH
from hierhash.training.progress import counting

SHARD = 4096
MOST_PARTS = 64
"""Parts of an index beyond which adding writes it whole again."""


@dataclass(frozen=True)
class Encoded:
    """What came of it: items coded now, items found coded, and what could not be read."""

    added: int
    found: int
    rejected: list[dict[str, Any]]


def encode_to_index(
    saved: CodingRun,
    catalogue: Catalogue,
    folder: Path,
    modality: str | None = None,
    shard: int = SHARD,
    engine: str = AUTO,
) -> Encoded:
    """Codes a catalogue into a new index, or goes on where it was stopped.

    Nothing is written before the first shard is coded. Items that were rejected are tried again.
    What goes on does so by the engine that it was begun with, so it ends with the same codes.
    Memory: the features and codes of a shard, the ids, and the index once more at the end.

    Args:
        saved: The run.
        catalogue: The items.
        folder: The index.
        modality: ``image``, ``text`` or ``both``; None takes ``default_modality``.
        shard: Items after which the disk has them.
        engine: What computes features of pictures: ``torch``, ``onnx``, or ``auto``, which takes
            the faster one (``hierhash.features.engine``).

    Raises:
        RunError: The folder holds anything else, was begun with another run, engine or other items,
            or another process changes it.
        ConfigError: ``onnx`` was asked for and cannot be had.
        DataError: No item has the modality.
    """
    modality = modality or default_modality(saved)
    saved.check_modality(modality)
    rows = sorted(row for _, own in groups_of(saved, catalogue, modality) for row in own)
    about = about_of(saved, catalogue, modality, rows)
    check_engine(engine)
    if folder.exists():
        engine = engine_begun(folder, about, engine)
        there = set(load_index(folder).ids)
    else:
        there = set()
    left = [row for row in rows if catalogue.ids[row] not in there]
    bulk = _bulk(saved, catalogue, modality, left, engine, folder)
    shards = _shards(bulk, catalogue, modality, left, shard, saved.tree)
    first = next(shards, None)
    if not folder.exists():
        begin(bulk, catalogue, folder, modality, about)
    with writing(folder) as writer:
        _keep_told(folder, there)
        added = _added(writer, first, shards, replacing=False)
        compact_held(folder)
        (folder / UNFINISHED).unlink(missing_ok=True)
    return Encoded(added, len(there), rejected(folder))


def _keep_told(folder: Path, there: set[str]) -> None:
    """Keeps what was said of items that are in the index, which are not read again.

    Args:
        folder: The index.
        there: The ids that it has.
    """
    told = [line for line in rejected(folder) if line.get("kept") and line["id"] in there]
    lines = (json.dumps(line, ensure_ascii=False) + "\n" for line in told)
    write_text(folder / REJECTED, "".join(lines))
    if not told:
        (folder / REJECTED).unlink()


def add_to_index(
    saved: CodingRun,
    catalogue: Catalogue,
    folder: Path,
    replacing: bool = False,
    shard: int = SHARD,
    engine: str = AUTO,
) -> Encoded:
    """Codes a catalogue by the run that an index carries, and adds it, shard by shard.

    Args:
        saved: That run.
        catalogue: The items.
        folder: The index.
        replacing: Items of ids that are there take the place of these; else they are refused
            before anything is coded.
        shard: Items after which the disk has them.
        engine: As ``encode_to_index``.

    Raises:
        RunError: The index is damaged or of an earlier version, or another process changes it.
        InputError: An id is there already, no item has the modality, or the engine cannot be had.
    """
    check_engine(engine)
    with writing(folder) as writer:
        modality, tree = str(writer.manifest["modality"]), writer.tree
        rows = sorted(row for _, own in groups_of(saved, catalogue, modality) for row in own)
        there = [own for row in rows if (own := catalogue.ids[row]) in writer.row_of]
        if there and not replacing:
            raise InputError(writer.refusal(there))
        before, had = len(rejected(folder)), len(writer.row_of)
        bulk = bulk_features(saved, catalogue, modality, rows, engine)
        shards = _shards(bulk, catalogue, modality, rows, shard, tree)
        added = _added(writer, next(shards, None), shards, replacing)
        replaced = had + added - len(writer.row_of)
        if len(writer.changes.parts) > MOST_PARTS:
            compact_held(folder)
    return Encoded(added, replaced, rejected(folder)[before:])


class Growing(Protocol):
    """A store that says which items it has: a database."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """``modality``, among other things."""
        ...

    @property
    def tree(self) -> LabelTree | None:
        """What the items are filed in, where that is not the run's tree any more."""
        ...

    def there(self, ids: Sequence[str]) -> list[str]:
        """Which of some ids it has."""
        ...

    def refusal(self, ids: Sequence[str]) -> str:
        """What is said of ids that are there already."""
        ...

    def add(self, new: ExactIndex, replacing: bool = False) -> int:
        """Adds items, all of them or none; gives how many were replaced."""
        ...


def add_to_store(
    saved: CodingRun,
    catalogue: Catalogue,
    store: Growing,
    replacing: bool = False,
    shard: int = SHARD,
    engine: str = AUTO,
) -> Encoded:
    """As ``add_to_index``, to a store that others may change at the same time.

    Raises:
        InputError: An id is there already, no item has the modality, or the engine cannot be had.
        HierhashError: The store refuses, or is gone; shards that were added before stay.
    """
    check_engine(engine)
    modality, tree = str(store.manifest["modality"]), store.tree or saved.tree
    rows = sorted(row for _, own in groups_of(saved, catalogue, modality) for row in own)
    there = store.there([catalogue.ids[row] for row in rows])
    if there and not replacing:
        raise InputError(store.refusal(there))
    added, replaced, rejections = 0, 0, list[dict[str, Any]]()
    bulk = bulk_features(saved, catalogue, modality, rows, engine)
    for found, bad in _shards(bulk, catalogue, modality, rows, shard, tree):
        rejections += bad
        if found is not None and len(found):
            replaced += store.add(found, replacing)
            added += len(found)
    return Encoded(added, replaced, rejections)


Shard = tuple[ExactIndex | None, list[dict[str, Any]]]


def _added(writer: Writer, first: Shard | None, others: Iterator[Shard], replacing: bool) -> int:
    """Writes shards as they come; gives the number of items."""
    added = 0
    for found, bad in chain([] if first is None else [first], others):
        for line in bad:
            append_line(writer.folder / REJECTED, line)
        if found is not None and len(found):
            writer.add(found, replacing)
            added += len(found)
    return added


def _bulk(
    saved: CodingRun,
    catalogue: Catalogue,
    modality: str,
    rows: Sequence[int],
    engine: str,
    folder: Path,
) -> BulkFeatures:
    """What reads the rows; one that an encoding was begun with and is gone is told as such."""
    try:
        return bulk_features(saved, catalogue, modality, rows, engine)
    except ConfigError as error:
        if not folder.exists():
            raise
        raise RunError(f"{folder}: was begun with --engine {engine}, but {error}") from error


def _shards(
    bulk: BulkFeatures,
    catalogue: Catalogue,
    modality: str,
    rows: Sequence[int],
    shard: int,
    tree: LabelTree,
) -> Iterator[Shard]:
    """The codes of so many items at once, and what of them could not be read."""
    with counting("items", len(rows)) as advance:
        for start in range(0, len(rows), shard):
            part = catalogue.subset(rows[start : start + shard])
            bad: list[dict[str, Any]] = []

            def note(
                row: int,
                why: str,
                is_kept: bool,
                part: Catalogue = part,
                bad: list[dict[str, Any]] = bad,
            ) -> None:
                about = {"id": part.ids[row], "where": part.where[row]}
                bad.append(about | {"why": why, "kept": is_kept})

            yield _shard(bulk, _with_known_labels(part, tree, note), modality, tree, note), bad
            advance(len(part))


def _with_known_labels(part: Catalogue, tree: LabelTree, note: Note) -> Catalogue:
    """The items without the labels that the tree lacks."""
    labels = []
    for row, own in enumerate(part.labels):
        known = []
        for label in own:
            try:
                tree.paths([label])
                known.append(label)
            except TreeError as error:
                note(row, f"{error}; kept without this label", True)
        labels.append(tuple(known))
    return replace(part, labels=labels)


def _shard(
    bulk: BulkFeatures, part: Catalogue, modality: str, tree: LabelTree, note: Note
) -> ExactIndex | None:
    """The codes of some items; one whose picture cannot be read is coded by its text, if it may."""
    saved = bulk.saved
    coded: list[tuple[NDArray[np.int64], NDArray[Any]]] = []
    by_text: list[int] = []

    def code(given: list[str], rows: Sequence[int]) -> None:
        for batch in bulk.batches(part, given, rows, note):
            if batch.good:
                stored = saved.method.encode(batch.features, "database").stored
                coded.append((np.asarray(batch.good), np.asarray(stored)))
            by_text.extend(sorted(set(batch.rows) - set(batch.good)))

    for given, rows in groups_of(saved, part, modality):
        code(given, rows)
    may = [row for row in by_text if modality == BOTH and saved.knows(part.texts[row] or "")]
    if may:
        code(["text"], may)
    if not coded:
        return None
    kept = sorted(int(row) for rows, _ in coded for row in rows)
    index = index_of(saved, modality, rows_in_order(coded, kept), part, kept, tree)
    return replace(index, manifest=index.manifest | bulk.told)


def rejected(folder: Path) -> list[dict[str, Any]]:
    """What could not be read: ``id``, ``where``, ``why``, and whether the item is ``kept``."""
    path = folder / REJECTED
    return read_lines(path) if path.exists() else []
