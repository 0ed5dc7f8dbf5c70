"""An index that changes: items are added and removed, and what is acknowledged is on the disk.

One process at a time changes an index (it is locked meanwhile); others go on reading what was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hierhash.codes.distances import Hamming
from hierhash.errors import InputError, RunError, TreeError
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.accelerated import Accelerated
from hierhash.retrieval.accelerator import Accelerator, Kind
from hierhash.retrieval.additions import (
    CHANGES,
    PART,
    PARTS,
    Changes,
    Part,
    read_changes,
    remove_orphans,
    with_removed,
    write_changes,
)
from hierhash.retrieval.exact import FORMAT, MANIFEST, ExactIndex, write_items
from hierhash.retrieval.load_index import load_index, load_rows
from hierhash.retrieval.run_files import check_run, model_sha256
from hierhash.storage.checksums import checksums, sha256_of
from hierhash.storage.json_files import write_json
from hierhash.storage.lock import locked
from hierhash.storage.whole_folder import whole_folder

REJECTED, UNFINISHED = "rejected.jsonl", "encoding.json"
"""Items that could not be read when they were to be added; that an encoding has not ended."""
BESIDE = (REJECTED, UNFINISHED)
DOING = "changes"
SHOWN = 5
SAME = ("bits", "modality", "distance", "model_sha256", "segments")


class Writer:
    """Changes an index that is locked; made by ``writing``.

    Memory: the ids of its items.

    Args:
        folder: The index.
    """

    def __init__(self, folder: Path) -> None:
        index, live = load_rows(folder)
        check_changeable(folder, index)
        self.folder, self.manifest = folder, index.manifest
        self.tree = index.tree or LabelTree.from_yaml(index.run / "tree.yaml")
        self.row_of = dict(zip(index.ids, live.tolist(), strict=True))
        self.changes = read_changes(folder)
        self._rows = int(index.manifest["items"]) + sum(part.items for part in self.changes.parts)
        remove_orphans(folder, self.changes)

    def add(self, new: ExactIndex, replacing: bool = False) -> int:
        """Adds items; when this returns they are on the disk. See ``add_items``."""
        check_alike(self.folder, self.manifest, new, self.folder / "run")
        check_once(new.ids)
        self._check_filed(new)
        there = [own for own in new.ids if own in self.row_of]
        if there and not replacing:
            raise InputError(self.refusal(there))
        name, folder = f"{self.changes.following:06d}", self.folder
        (folder / PARTS).mkdir(exist_ok=True)
        with whole_folder(folder / PARTS / name) as unfinished:
            files = write_items(unfinished, new)
            told = {"items": len(new), "files": checksums(unfinished, files)}
            if "engine" in new.manifest:
                told["engine"] = new.manifest["engine"]
            write_json(unfinished / PART, told)
        part = Part(name, len(new), sha256_of(folder / PARTS / name / PART))
        parts = (*self.changes.parts, part)
        changes = replace(self.changes, following=self.changes.following + 1, parts=parts)
        self._count(with_removed(folder, changes, sorted(self.row_of[own] for own in there)))
        self.row_of |= {own: self._rows + place for place, own in enumerate(new.ids)}
        self._rows += len(new)
        return len(there)

    def remove(self, ids: Sequence[str]) -> int:
        """Removes items; when this returns that is on the disk. See ``remove_items``."""
        if missing := [own for own in ids if own not in self.row_of]:
            raise InputError(refusal_of_missing(self.folder, missing))
        rows = sorted({self.row_of[own] for own in ids})
        self._count(with_removed(self.folder, self.changes, rows))
        for own in set(ids):
            del self.row_of[own]
        return len(self.row_of)

    def _check_filed(self, new: ExactIndex) -> None:
        """Refuses items whose labels are numbers of another tree's classes."""
        try:
            paths = [[tuple(path) for path in new.item(row)["paths"]] for row in range(len(new))]
            own = self.tree.encode(paths)
            good = np.array_equal(own.codes, new.labels.codes)
            good = good and np.array_equal(own.offsets, new.labels.offsets)
        except TreeError:
            good = False
        if not good:
            raise RunError(
                f"{self.folder}: the new items are filed in another tree than its own; code them "
                "again"
            )

    def refusal(self, ids: Iterable[str]) -> str:
        """What is said of ids that are there already."""
        return refusal_of_known(self.folder, ids)

    def _count(self, changes: Changes) -> None:
        write_changes(self.folder, changes)
        self.changes = changes


def check_alike(
    name: Path | str, manifest: Mapping[str, Any], new: ExactIndex, run: Path | str
) -> None:
    """Refuses items that are not coded as those of an index are.

    Args:
        name: The index.
        manifest: What it says of itself.
        new: The items.
        run: Where its run is.

    Raises:
        RunError: They are not.
    """
    for key in SAME:
        if manifest.get(key) != new.manifest.get(key):
            raise RunError(
                f"{name}: its items have another {key} than the new ones; encode them with the "
                f"run that it carries, {run}"
            )


def check_once(ids: Sequence[str]) -> None:
    """Refuses an id that stands twice.

    Raises:
        InputError: One does.
    """
    if len(set(ids)) < len(ids):
        raise InputError(f"id '{_twice(ids)}' stands twice among the items; rename one")


def refusal_of_known(name: Path | str, ids: Iterable[str]) -> str:
    """What is said of new ids that are there already."""
    return f"{name}: {_some(ids)} there already; add --replace to put the new ones in their place"


def refusal_of_missing(name: Path | str, ids: Iterable[str]) -> str:
    """What is said of ids that were to be removed and are not there."""
    return f"{name}: {_some(ids)} not there; nothing was removed"


def check_changeable(folder: Path, index: ExactIndex) -> None:
    """Refuses an index of an earlier version.

    Raises:
        RunError: It is one.
    """
    if index.manifest.get("format") != FORMAT:
        raise RunError(
            f"{folder / MANIFEST}: made by an earlier version, which cannot be changed; build "
            "the index again"
        )


@contextmanager
def writing(folder: Path) -> Iterator[Writer]:
    """Holds an index to change it.

    Raises:
        RunError: There is none, it is damaged or of an earlier version, or another process
            changes it.
    """
    with held(folder):
        yield Writer(folder)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Locks an index.

    Raises:
        RunError: There is none, or another process changes it.
    """
    if not (folder / MANIFEST).is_file():
        load_index(folder)  # says what it is instead
    with locked(folder, DOING):
        yield


def add_items(folder: Path, new: ExactIndex, replacing: bool = False) -> int:
    """Adds items; when this returns they are on the disk.

    Args:
        folder: The index.
        new: The items, coded by the index's own run.
        replacing: Items of ids that are there already take the place of these; otherwise they are
            refused.

    Returns:
        How many items of the same ids were replaced.

    Raises:
        RunError: The index is damaged or of an earlier version, another process changes it, or the
            items are not coded as its own are.
        InputError: An id is there already, or twice among the new ones; nothing is added.
    """
    with writing(folder) as writer:
        return writer.add(new, replacing)


def remove_items(folder: Path, ids: Sequence[str]) -> int:
    """Removes items by their ids; when this returns that is on the disk.

    Returns:
        How many items the index has now.

    Raises:
        RunError: The index is damaged or of an earlier version, or another process changes it.
        InputError: An id is not there; nothing is removed.
    """
    with writing(folder) as writer:
        return writer.remove(ids)


def compact(folder: Path) -> int:
    """Writes an index whole again, without its removed items; the old one stays until it is.

    Returns:
        How many items it has.

    Raises:
        RunError: The index is damaged or of an earlier version, or another process changes it.
    """
    with held(folder):
        return compact_held(folder)


def compact_held(folder: Path) -> int:
    """As ``compact``, of an index that this process holds."""
    index = load_index(folder)
    if (folder / CHANGES).exists():
        index.save(folder, replacing=True, keeping=BESIDE)
    return len(index)


def carry(folder: Path, run: Path) -> None:
    """Writes an index whole again with another run of the same weights, such as an export of it.

    Args:
        folder: The index.
        run: The run.

    Raises:
        RunError: It is of other weights, it or the index is damaged, or as ``compact``.
    """
    check_run(run)
    with held(folder):
        index = load_index(folder)
        check_changeable(folder, index)
        if model_sha256(run) != index.manifest["model_sha256"]:
            raise RunError(
                f"{run}: of other weights than those that {folder} was made with; code its items "
                "anew: hierhash encode"
            )
        replace(index, run=run).save(folder, replacing=True, keeping=BESIDE)


def accelerate(folder: Path, kind: Kind | None) -> Accelerator | None:
    """Writes an index whole again with an accelerator, or without one.

    Args:
        folder: The index.
        kind: ``distinct``, ``ivf`` or ``hnsw``; None for none.

    Raises:
        InputError: Its items are float vectors, numbers of classes, or too few.
        RunError: As ``compact``.
    """
    with held(folder):
        index = load_index(folder)
        check_changeable(folder, index)
        if kind is None:
            made = None
        elif not isinstance(index.distance, Hamming):
            raise InputError(
                f"{folder}: its items are compared by '{index.distance.name}'; accelerators are "
                "for Hamming distance alone"
            )
        else:
            made = Accelerated(Accelerator.of(kind, index.codes), np.arange(len(index)))
        replace(index, accelerated=made).save(folder, replacing=True, keeping=BESIDE)
    return None if made is None else made.accelerator


def _twice(ids: Sequence[str]) -> str:
    seen: set[str] = set()
    for own in ids:
        if own in seen:
            return own
        seen.add(own)
    return ""


def _some(ids: Iterable[str]) -> str:
    """The first ids, and how many there are, before ``there already``, say."""
    known = list(ids)
    shown = ", ".join(f"'{own}'" for own in known[:SHOWN])
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return f"{shown}{more} {'is' if len(known) == 1 else 'are'}"
