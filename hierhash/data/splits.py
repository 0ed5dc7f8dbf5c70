"""Splits: four disjoint parts, stratified by leaf, that never break a group of duplicates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hierhash.data.allot import allot
from hierhash.data.asked import NOT_KNOWN, Asked, asked_of
from hierhash.data.groups import BY_CONTENT, groups_by
from hierhash.data.halves import halve
from hierhash.data.records import Catalogue
from hierhash.data.split_files import FORMAT, HALVES, halves_sha256, parts_sha256, read_split_file
from hierhash.data.split_sizes import PARTS, Sizes, part_sizes
from hierhash.data.strata import strata_of
from hierhash.errors import DataError
from hierhash.storage.whole_file import write_text

if TYPE_CHECKING:
    from hierhash.labels.items import ItemLabels

Rows = NDArray[np.int64]


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


def make_split(
    catalogue: Catalogue,
    labels: ItemLabels,
    sizes: Sizes | None = None,
    seed: int = 0,
    groups: Rows | None = None,
    group_by: str = BY_CONTENT,
) -> Split:
    """Split a catalogue by the protocol of the evaluation.

    Each leaf is shared out in the same proportions; items of one group stay in one part; a leaf
    with at least two groups gives at least one query. Queries and validation items are labelled and
    have every modality that the catalogue has; unlabelled items go to the database. The validation
    items come in two halves, see :func:`~hierhash.data.halves.halve`.

    Args:
        catalogue: n items.
        labels: Their n labels.
        sizes: Numbers of items (ints) or shares of n (floats up to 1.0) of train, validation and
            query; the rest is database-only. Default:
            :data:`~hierhash.data.split_sizes.DEFAULT_SIZES`.
        seed: Draws the items.
        groups: int64 (n,), items that stay together; default: as ``group_by`` says.
        group_by: ``content``, ``none`` or a column, see :func:`~hierhash.data.groups.groups_by`.

    Returns:
        The split. Sizes are met exactly unless groups are too large for it;
        :func:`~hierhash.data.split_review.shortfalls` says where they are not.

    Raises:
        DataError: Sizes that do not fit the catalogue, or labels of another length.
    """
    if labels.n != len(catalogue):
        raise DataError(f"{catalogue.name}: {len(catalogue)} items but {labels.n} labels")
    counts = part_sizes(catalogue.name, len(catalogue), sizes)
    if groups is None:
        groups = groups_by(catalogue, group_by)
    strata = strata_of(labels)
    parts = allot(strata, groups, counts, np.random.default_rng(seed), complete(catalogue))
    asked = Asked(counts, group_by, largest_group(groups))
    return split_of_codes(catalogue.ids, parts, strata, groups, seed, asked)


def split_of_codes(
    ids: list[str],
    parts: Rows,
    strata: Rows,
    groups: Rows,
    seed: int,
    asked: Asked,
    **more: Any,
) -> Split:
    """The split in which ``parts`` (int64 (n,)) is the place of each item's part in PARTS."""
    rows = {part: np.flatnonzero(parts == code) for code, part in enumerate(PARTS)}
    tune, calibrate = halve(rows["validation"], strata, groups, seed)
    halves = {"tune": tune, "calibrate": calibrate}
    return Split.of(ids, {**rows, **halves}, seed=seed, asked=asked, **more)


def largest_group(groups: Rows) -> int:
    """How many items the largest group has."""
    return int(np.unique(groups, return_counts=True)[1].max(initial=1))


def complete(catalogue: Catalogue) -> NDArray[np.bool_]:
    """Whether each item has every modality that any item has, bool (n,)."""
    whole = np.ones(len(catalogue), dtype=np.bool_)
    for has in (catalogue.has_image, catalogue.has_text):
        if has.any():
            whole &= has
    return whole
