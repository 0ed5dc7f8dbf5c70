"""An index that changes: items are added and removed, and what is acknowledged is on the disk.

One process at a time changes an index (it is locked meanwhile); others go on reading what was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from hierhash.errors import InputError, RunError
from hierhash.retrieval.additions import (
    CHANGES,
    PART,
    PARTS,
    Part,
    read_changes,
    remove_orphans,
    with_removed,
    write_changes,
)
from hierhash.retrieval.exact import FORMAT, MANIFEST, ExactIndex, write_items
from hierhash.retrieval.load_index import load_index, load_rows
from hierhash.storage.checksums import checksums, sha256_of
from hierhash.storage.json_files import write_json
from hierhash.storage.lock import locked
from hierhash.storage.whole_folder import whole_folder

REJECTED = "rejected.jsonl"
"""Items that could not be read when they were to be added."""
DOING = "changes"
SHOWN = 5
SAME = ("bits", "modality", "distance", "model_sha256", "segments")


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
    ids = new.ids
    if len(set(ids)) < len(ids):
        raise InputError(f"id '{_twice(ids)}' stands twice among the items; give each its own")
    with locked(folder, DOING):
        index, live = load_rows(folder)
        _check_alike(folder, index, new)
        wanted = set(ids)
        there = {own: int(row) for own, row in zip(index.ids, live, strict=True) if own in wanted}
        if there and not replacing:
            raise InputError(
                f"{folder}: {_some(there)} there already; add --replace to put the new ones in "
                "their place"
            )
        changes = read_changes(folder)
        remove_orphans(folder, changes)
        name = f"{changes.following:06d}"
        (folder / PARTS).mkdir(exist_ok=True)
        with whole_folder(folder / PARTS / name) as unfinished:
            files = write_items(unfinished, new)
            write_json(
                unfinished / PART, {"items": len(new), "files": checksums(unfinished, files)}
            )
        part = Part(name, len(new), sha256_of(folder / PARTS / name / PART))
        changes = replace(changes, following=changes.following + 1, parts=(*changes.parts, part))
        write_changes(folder, with_removed(folder, changes, sorted(there.values())))
        return len(there)


def remove_items(folder: Path, ids: Sequence[str]) -> int:
    """Removes items by their ids; when this returns that is on the disk.

    Returns:
        How many items the index has now.

    Raises:
        RunError: The index is damaged or of an earlier version, or another process changes it.
        InputError: An id is not there; nothing is removed.
    """
    with locked(folder, DOING):
        index, live = load_rows(folder)
        row_of = dict(zip(index.ids, live.tolist(), strict=True))
        if missing := [own for own in ids if own not in row_of]:
            raise InputError(f"{folder}: {_some(missing)} not there; nothing was removed")
        changes = read_changes(folder)
        remove_orphans(folder, changes)
        gone = {row_of[own] for own in ids}
        write_changes(folder, with_removed(folder, changes, sorted(gone)))
        return len(index) - len(gone)


def compact(folder: Path) -> int:
    """Writes an index whole again, without its removed items; the old one stays until it is.

    Returns:
        How many items it has.

    Raises:
        RunError: The index is damaged or of an earlier version, or another process changes it.
    """
    with locked(folder, DOING):
        index = load_index(folder)
        if (folder / CHANGES).exists():
            index.save(folder, replacing=True, keeping=(REJECTED,))
        return len(index)


def check_changeable(folder: Path, index: ExactIndex) -> None:
    """Refuses an index of an earlier version.

    Raises:
        RunError: It is one.
    """
    if index.manifest.get("format") != FORMAT:
        raise RunError(
            f"{folder / MANIFEST}: made by an earlier version, which cannot be changed; build the "
            "index again"
        )


def _check_alike(folder: Path, index: ExactIndex, new: ExactIndex) -> None:
    check_changeable(folder, index)
    for key in SAME:
        if index.manifest.get(key) != new.manifest.get(key):
            raise RunError(
                f"{folder}: its items have another {key} than the new ones; encode them with the "
                f"run that it carries, {folder / 'run'}"
            )


def _twice(ids: Sequence[str]) -> str:
    seen: set[str] = set()
    return next(own for own in ids if own in seen or seen.add(own))  # type: ignore[func-returns-value]


def _some(ids: Iterable[str]) -> str:
    """The first ids, and how many there are, before ``there already``, say."""
    known = list(ids)
    shown = ", ".join(f"'{own}'" for own in known[:SHOWN])
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return f"{shown}{more} {'is' if len(known) == 1 else 'are'}"
