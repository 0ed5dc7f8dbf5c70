"""Splits: four disjoint parts, stratified by leaf, that never break a group of duplicates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hierhash.data.allot import allot
from hierhash.data.groups import duplicate_groups
from hierhash.data.records import Catalogue
from hierhash.data.strata import strata_of
from hierhash.errors import DataError
from hierhash.storage.whole_file import write_text

if TYPE_CHECKING:
    from hierhash.labels.items import ItemLabels

PARTS = ("train", "validation", "query", "database_only")
Sizes = Mapping[str, float]

DEFAULT_SIZES: dict[str, Sizes] = {
    "fashion": {"query": 2000, "validation": 1100, "train": 14500},
    "sample": {"query": 0.12, "validation": 0.08, "train": 0.55},
}
"""Sizes by the name of the catalogue; any other catalogue takes those of the sample."""


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers of the four parts.

    Attributes:
        train: int64, sorted row numbers.
        validation: int64, for settings and early stopping.
        query: int64, the test queries.
        database_only: int64, searched but never trained on.
        seed: What drew it.
        sha256: Of the ids in each part: equal splits of equal items have equal hashes.
        protocol: ``"standard"`` or ``"unseen_leaves"``.
        unseen: Path texts of the leaves kept from training and validation.

    Example:
        >>> split = Split.of(["a", "b", "c"], {"train": [0], "query": [2], "database_only": [1]})
        >>> split.database.tolist(), split.sha256[:8]
        ([0, 1], '5053413e')
    """

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    query: NDArray[np.int64]
    database_only: NDArray[np.int64]
    seed: int
    sha256: str
    protocol: str = "standard"
    unseen: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        ids: list[str],
        parts: Mapping[str, Iterable[int] | NDArray[Any]],
        *,
        seed: int = 0,
        protocol: str = "standard",
        unseen: tuple[str, ...] = (),
    ) -> Split:
        """Make a split from row numbers per part; a part that is not named is empty."""
        rows = {part: np.sort(np.asarray(list(parts.get(part, ())), np.int64)) for part in PARTS}
        return cls(
            **rows,
            seed=seed,
            sha256=_sha256({part: [ids[row] for row in rows[part]] for part in PARTS}),
            protocol=protocol,
            unseen=unseen,
        )

    @property
    def parts(self) -> dict[str, NDArray[np.int64]]:
        """Row numbers by part, in the order train, validation, query, database_only."""
        return {part: getattr(self, part) for part in PARTS}

    @property
    def tune(self) -> NDArray[np.int64]:
        """For early stopping and trials."""
        return self.validation

    @property
    def calibrate(self) -> NDArray[np.int64]:
        """For temperatures."""
        return self.validation

    @property
    def database(self) -> NDArray[np.int64]:
        """int64, sorted: train and database-only items, what the queries search."""
        return np.sort(np.concatenate([self.train, self.database_only]))

    def save(self, path: Path, ids: list[str]) -> None:
        """Write the ids of each part with their hash as JSON, all or nothing.

        Args:
            path: The file to write; a file there is replaced.
            ids: The ids of the catalogue that was split.
        """
        content = {
            "format": "hierhash-split-1",
            "protocol": self.protocol,
            "seed": self.seed,
            "sha256": self.sha256,
            "unseen_leaves": list(self.unseen),
            **{part: [ids[row] for row in rows] for part, rows in self.parts.items()},
        }
        write_text(path, json.dumps(content, ensure_ascii=False, indent=0) + "\n")

    @classmethod
    def load(cls, path: Path, ids: list[str]) -> Split:
        """Read a split file for a catalogue with these ids.

        Items of the catalogue that the file does not name are in no part.

        Raises:
            DataError: Not a split file, an edited one (the hash differs), an id in two parts, or
                ids that the catalogue lacks.
        """
        content = _read_split_file(path)
        row_of = {item: row for row, item in enumerate(ids)}
        lost = [item for part in PARTS for item in content[part] if item not in row_of]
        if lost:
            raise DataError(
                f"{path}: {len(lost)} ids are not in the catalogue, the first is '{lost[0]}'; "
                "this split belongs to other data"
            )
        return cls.of(
            ids,
            {part: [row_of[item] for item in content[part]] for part in PARTS},
            seed=int(content["seed"]),
            protocol=str(content.get("protocol", "standard")),
            unseen=tuple(content.get("unseen_leaves", ())),
        )


def make_split(
    catalogue: Catalogue,
    labels: ItemLabels,
    sizes: Sizes | None = None,
    seed: int = 0,
    groups: NDArray[np.int64] | None = None,
) -> Split:
    """Split a catalogue by the protocol of the evaluation.

    Each leaf is shared out in the same proportions; items of one group stay in one part; a leaf
    with at least two groups gives at least one query. Queries and validation items are labelled and
    have every modality that the catalogue has; unlabelled items go to the database.

    Args:
        catalogue: n items.
        labels: Their n labels.
        sizes: Numbers of items (ints) or shares of n (floats below 1) of train, validation and
            query; the rest is database-only. Default: :data:`DEFAULT_SIZES`.
        seed: Draws the items.
        groups: int64 (n,); default :func:`~hierhash.data.groups.duplicate_groups`.

    Returns:
        The split. Sizes are met exactly unless groups are too large for it.

    Raises:
        DataError: Sizes that do not fit the catalogue, or labels of another length.
    """
    if labels.n != len(catalogue):
        raise DataError(f"{catalogue.name}: {len(catalogue)} items but {labels.n} labels")
    counts = part_sizes(catalogue.name, len(catalogue), sizes)
    if groups is None:
        groups = duplicate_groups(catalogue)
    parts = allot(
        strata_of(labels), groups, counts, np.random.default_rng(seed), complete(catalogue)
    )
    rows = {part: np.flatnonzero(parts == code) for code, part in enumerate(PARTS)}
    return Split.of(catalogue.ids, rows, seed=seed)


def complete(catalogue: Catalogue) -> NDArray[np.bool_]:
    """Whether each item has every modality that any item has, bool (n,)."""
    whole = np.ones(len(catalogue), dtype=np.bool_)
    for has in (catalogue.has_image, catalogue.has_text):
        if has.any():
            whole &= has
    return whole


def part_sizes(name: str, n: int, sizes: Sizes | None = None) -> dict[str, int]:
    """Numbers of items per part, in the order of :data:`PARTS`.

    Raises:
        DataError: Unknown part, a negative size, or more than n items in all.

    Example:
        >>> part_sizes("shop", 100)
        {'train': 55, 'validation': 8, 'query': 12, 'database_only': 25}
    """
    asked = dict(DEFAULT_SIZES.get(name, DEFAULT_SIZES["sample"]) if sizes is None else sizes)
    if sizes is None and sum(int(size) for size in asked.values()) > n:
        asked = dict(DEFAULT_SIZES["sample"])  # a small piece of a set that has fixed sizes
    rest = asked.pop("database_only", None)
    unknown = [part for part in asked if part not in PARTS]
    if unknown:
        raise DataError(f"split sizes: unknown part '{unknown[0]}'; use {', '.join(PARTS)}")
    if any(size < 0 for size in asked.values()):
        raise DataError("split sizes: a size is negative; give counts or shares of the items")
    counts = {
        part: round(size * n) if isinstance(size, float) and size < 1 else int(size)
        for part in PARTS[:3]
        for size in [asked.get(part, 0)]
    }
    counts["database_only"] = n - sum(counts.values())
    if counts["database_only"] < 0:
        raise DataError(f"split sizes: {n - counts['database_only']} items asked, {n} there are")
    if rest is not None and not _is_rest(rest, counts["database_only"], n):
        raise DataError(
            f"split sizes: database_only is the rest, {counts['database_only']} items; leave it out"
        )
    return counts


def _is_rest(asked: float, rest: int, n: int) -> bool:
    """Whether an asked database_only size is what is left; a share may miss it by rounding."""
    return abs(asked * n - rest) <= 2 if 0 < asked < 1 else asked == rest


def _sha256(parts: Mapping[str, list[str]]) -> str:
    # Sorted ids: the hash tells which items are in which part, not the order of the rows.
    canonical = json.dumps({part: sorted(parts[part]) for part in PARTS}, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _read_split_file(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(
            f"{path}: cannot read the split file ({error.strerror}); check the path"
        ) from None
    except ValueError:
        raise DataError(f"{path}: not a split file (not JSON); make it with data split") from None
    good = isinstance(content, dict) and all(
        isinstance(content.get(part), list) and all(isinstance(i, str) for i in content[part])
        for part in PARTS
    )
    if not good or not isinstance(content.get("seed"), int):
        raise DataError(f"{path}: not a split file; it needs {', '.join(PARTS)} and seed")
    everything = [item for part in PARTS for item in content[part]]
    if len(set(everything)) != len(everything):
        raise DataError(f"{path}: an id is in two parts; make the split again")
    if _sha256(content) != content.get("sha256"):
        raise DataError(
            f"{path}: the ids do not match their sha256, for it was edited; make it again"
        )
    return dict(content)
