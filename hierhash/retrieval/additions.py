"""What was added to an index and removed from it since it was written whole.

Beside the files of an index stand ``changes.json``, a folder a part in ``parts/`` and one file of
the rows that were removed. A part and that file are brought to the disk first; then
``changes.json`` is replaced in one step, and with it they count. So what is acknowledged is on the
disk, a crash leaves what was there before, and who reads sees one state or the other. Rows are
places in the codes of the index and then of its parts, in order; they change when ``compact``
writes the index whole again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.errors import RunError
from hierhash.storage.arrays import map_array
from hierhash.storage.checksums import sha256_of
from hierhash.storage.json_files import write_json
from hierhash.storage.whole_file import whole_file

CHANGES, PARTS, PART = "changes.json", "parts", "part.json"
FORMAT = "hierhash-changes-1"
REMEDY = "build the index again"


@dataclass(frozen=True)
class Part:
    """A part that was added: the name of its folder, its items, and the SHA-256 of its list."""

    name: str
    items: int
    sha256: str


@dataclass(frozen=True)
class Changes:
    """What counts beside the files of the index.

    Args:
        following: Number of the next part or file of removed rows.
        parts: The parts, oldest first.
        removed: Name of the file of removed rows; "" where there are none.
        removed_sha256: Its SHA-256.
    """

    following: int = 1
    parts: tuple[Part, ...] = ()
    removed: str = ""
    removed_sha256: str = ""


def read_changes(folder: Path) -> Changes:
    """The changes of an index; none of one that was not changed.

    Raises:
        RunError: They are damaged.
    """
    path = folder / CHANGES
    if not path.exists():
        return Changes()
    try:
        own = dict(json.loads(path.read_text(encoding="utf-8")))
        if own.pop("sha256") != _sha256(own) or own.pop("format") != FORMAT:
            raise ValueError
        parts = tuple(Part(**part) for part in own.pop("parts"))
        return Changes(**own, parts=parts)
    except (OSError, TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise RunError(f"{path}: damaged, or changed by hand; {REMEDY}") from error


def write_changes(folder: Path, changes: Changes) -> None:
    """Makes changes count, in one step; what counts no more is removed afterwards.

    Raises:
        HierhashError: They cannot be written; then those before count.
    """
    content = {"format": FORMAT, **asdict(changes)}
    content["parts"] = list(content["parts"])
    write_json(folder / CHANGES, content | {"sha256": _sha256(content)})
    remove_orphans(folder, changes)


def remove_orphans(folder: Path, changes: Changes) -> None:
    """Removes what a stopped change left, and files of removed rows that count no more."""
    known = {part.name for part in changes.parts} | {changes.removed}
    if (folder / PARTS).is_dir():
        for path in (folder / PARTS).iterdir():
            if path.name not in known and not path.name.startswith("."):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _sha256(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def removed_rows(folder: Path, changes: Changes, items: int) -> NDArray[np.int64]:
    """The rows that were removed, rising.

    Args:
        folder: The index.
        changes: Its changes.
        items: Of the index and its parts together.

    Raises:
        RunError: The file is missing or damaged.
    """
    if not changes.removed:
        return np.zeros(0, dtype=np.int64)
    path = folder / PARTS / changes.removed
    try:
        if sha256_of(path) != changes.removed_sha256:
            raise ValueError
        rows = np.array(map_array(path), dtype=np.int64)
        if rows.ndim != 1 or (len(rows) and not 0 <= rows[0] <= rows[-1] < items):
            raise ValueError
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: missing or damaged; {REMEDY}") from error
    return rows


def with_removed(folder: Path, changes: Changes, rows: Sequence[int] | NDArray[Any]) -> Changes:
    """The changes once more rows are removed; their file is on the disk and does not count yet.

    Raises:
        HierhashError: The file cannot be written.
    """
    if not len(rows):
        return changes
    (folder / PARTS).mkdir(exist_ok=True)
    before = np.zeros(0, dtype=np.int64)
    if changes.removed:
        before = np.array(map_array(folder / PARTS / changes.removed), dtype=np.int64)
    every = np.union1d(before, np.asarray(rows, dtype=np.int64))
    name = f"removed-{changes.following:06d}.npy"
    with whole_file(folder / PARTS / name) as stream:
        np.save(stream, every)
    return replace(
        changes,
        following=changes.following + 1,
        removed=name,
        removed_sha256=sha256_of(folder / PARTS / name),
    )
