"""A split: rows of four disjoint parts, in memory and as a file that no edit survives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hierhash.data.split.sizes import NOT_KNOWN, PARTS, Asked, asked_of
from hierhash.errors import DataError
from hierhash.storage.whole_file import write_text

if TYPE_CHECKING:
    pass


FORMAT, FIRST_FORMAT = "hierhash-split-2", "hierhash-split-1"
HALVES = ("tune", "calibrate")
LISTS = ("train", *HALVES, "query", "database_only")


Rows = NDArray[np.int64]


def parts_sha256(parts: Mapping[str, Sequence[str]]) -> str:
    """The hash of which ids are in which of the four parts, whatever the order of the rows."""
    return _sha256(parts, PARTS)


def halves_sha256(parts: Mapping[str, Sequence[str]]) -> str:
    """The hash of which ids are in which half of the validation items."""
    return _sha256(parts, HALVES)


def _sha256(parts: Mapping[str, Sequence[str]], names: Sequence[str]) -> str:
    canonical = json.dumps({part: sorted(parts[part]) for part in names}, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def read_split_file(path: Path) -> dict[str, Any]:
    """The content of a split file, with the lists of both formats.

    A file of the first format has no halves: its validation items serve as both.

    Raises:
        DataError: Not a split file, one of a later format, one that was edited, or an id in two
            parts.
    """
    content: dict[str, Any] = _read_json(path)
    kind = content.get("format") if isinstance(content, dict) else None
    if kind == FIRST_FORMAT:
        content |= {half: content.get("validation") for half in HALVES}
    elif kind != FORMAT and isinstance(kind, str) and kind.startswith("hierhash-split-"):
        raise DataError(
            f"{path}: a split file of the format {kind}, which this version does not know; "
            "update hierhash, or make the split again"
        )
    if not _has_lists(content, LISTS) or not _is_number(content.get("seed")):
        raise DataError(f"{path}: not a split file; it needs {', '.join(LISTS)} and seed")
    if kind != FIRST_FORMAT:
        # Both halves are the same where the split came from a file of the first format.
        same = content["tune"] == content["calibrate"]
        content["validation"] = content["tune"] + ([] if same else content["calibrate"])
    everything = [item for part in PARTS for item in content[part]]
    if len(set(everything)) != len(everything):
        raise DataError(f"{path}: an id is in two parts; make the split again")
    edited = parts_sha256(content) != content.get("sha256") or (
        kind != FIRST_FORMAT and halves_sha256(content) != content.get("halves_sha256")
    )
    if edited:
        raise DataError(
            f"{path}: the ids do not match their sha256, for it was edited; make it again"
        )
    return content


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(
            f"{path}: cannot read the split file ({error.strerror}); check the path"
        ) from None
    except (ValueError, RecursionError):
        raise DataError(f"{path}: not a split file (not JSON); make it with data split") from None


def _has_lists(content: Any, names: Sequence[str]) -> bool:
    return isinstance(content, dict) and all(
        isinstance(content.get(name), list) and all(isinstance(i, str) for i in content[name])
        for name in names
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers of the four parts; validation comes in two halves.

    Attributes:
        train: int64, sorted row numbers.
        tune: int64, the validation items for early stopping and for trials of settings.
        calibrate: int64, the validation items for temperatures and thresholds.
        query: int64, the test queries.
        database_only: int64, searched but never trained on.
        seed: What drew it.
        sha256: Of the ids in each part: equal splits of equal items have equal hashes.
        halves_sha256: Of the ids in each half of the validation items.
        protocol: ``"standard"``, ``"unseen_leaves"`` or ``"column"`` (the user's own parts).
        unseen: Path texts of the leaves kept from training and validation.
        asked: What it was drawn by.

    Example:
        >>> split = Split.of(["a", "b", "c"], {"train": [0], "query": [2], "database_only": [1]})
        >>> split.database.tolist(), split.sha256[:8]
        ([0, 1], '5053413e')
    """

    train: Rows
    tune: Rows
    calibrate: Rows
    query: Rows
    database_only: Rows
    seed: int
    sha256: str
    protocol: str = "standard"
    unseen: tuple[str, ...] = ()
    asked: Asked = NOT_KNOWN
    halves_sha256: str = ""

    @classmethod
    def of(
        cls,
        ids: list[str],
        parts: Mapping[str, Iterable[int] | NDArray[Any]],
        *,
        seed: int = 0,
        protocol: str = "standard",
        unseen: tuple[str, ...] = (),
        asked: Asked = NOT_KNOWN,
    ) -> Split:
        """Make a split from row numbers per part; a part that is not named is empty.

        ``validation`` without ``tune`` and ``calibrate`` serves as both.
        """
        whole = parts.get("validation", ())
        rows = {
            part: np.sort(np.asarray(list(parts.get(part, default)), np.int64))
            for part, default in {
                "train": (), "tune": whole, "calibrate": whole, "query": (), "database_only": (),
            }.items()
        }  # fmt: skip
        split = cls(
            **rows,
            seed=seed,
            sha256="",
            protocol=protocol,
            unseen=unseen,
            asked=asked,
            halves_sha256="",
        )
        named = {part: [ids[row] for row in own] for part, own in split.parts.items()}
        object.__setattr__(split, "sha256", parts_sha256(named))
        halves = {half: [ids[row] for row in getattr(split, half)] for half in HALVES}
        object.__setattr__(split, "halves_sha256", halves_sha256(halves))
        return split

    @property
    def validation(self) -> Rows:
        """int64, sorted: both halves of the validation items."""
        return np.union1d(self.tune, self.calibrate)

    @property
    def parts(self) -> dict[str, Rows]:
        """Row numbers by part, in the order train, validation, query, database_only."""
        return {part: getattr(self, part) for part in PARTS}

    @property
    def requested(self) -> Mapping[str, int]:
        """Items asked for by part; empty when that is not known."""
        return self.asked.sizes

    @property
    def database(self) -> Rows:
        """int64, sorted: train and database-only items, what the queries search."""
        return np.sort(np.concatenate([self.train, self.database_only]))

    def save(self, path: Path, ids: list[str]) -> None:
        """Write the ids of each part with their hashes as JSON, all or nothing.

        Args:
            path: The file to write; a file there is replaced.
            ids: The ids of the catalogue that was split.
        """
        lists = {
            part: [ids[row] for row in getattr(self, part)]
            for part in ("train", *HALVES, "query", "database_only")
        }
        content = {
            "format": FORMAT,
            "protocol": self.protocol,
            "seed": self.seed,
            "sha256": self.sha256,
            "halves_sha256": halves_sha256(lists),
            "unseen_leaves": list(self.unseen),
            "asked": asdict(self.asked),
            **lists,
        }
        write_text(path, json.dumps(content, ensure_ascii=False, indent=0) + "\n")

    @classmethod
    def load(cls, path: Path, ids: list[str]) -> Split:
        """Read a split file for a catalogue with these ids.

        Items of the catalogue that the file does not name are in no part. A file of the first
        format has no halves: all its validation items are in both.

        Raises:
            DataError: Not a split file, one of a later format, an edited one (a hash differs), an
                id in two parts, or ids that the catalogue lacks.
        """
        content = read_split_file(path)
        row_of = {item: row for row, item in enumerate(ids)}
        lost = [item for part in PARTS for item in content[part] if item not in row_of]
        if lost:
            raise DataError(
                f"{path}: {len(lost)} ids are not in the catalogue, the first is '{lost[0]}'; "
                "this split belongs to other data"
            )
        return cls.of(
            ids,
            {part: [row_of[item] for item in content[part]] for part in (*PARTS, *HALVES)},
            seed=content["seed"],
            protocol=str(content.get("protocol", "standard")),
            unseen=tuple(map(str, content.get("unseen_leaves", ()))),
            asked=asked_of(content.get("asked")),
        )
