"""The standard split: stratified by leaf, and no group of duplicates is broken."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hierhash.data.catalogue import Catalogue
from hierhash.data.split.allot import allot
from hierhash.data.split.groups import BY_CONTENT, groups_by
from hierhash.data.split.sizes import PARTS, Asked, Sizes, part_sizes
from hierhash.data.split.split import Rows, Split
from hierhash.errors import DataError

if TYPE_CHECKING:
    from hierhash.labels.items import ItemLabels


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
    items come in two halves, see :func:`~hierhash.data.split.standard.halve`.

    Args:
        catalogue: n items.
        labels: Their n labels.
        sizes: Numbers of items (ints) or shares of n (floats up to 1.0) of train, validation and
            query; the rest is database-only. Default:
            :data:`~hierhash.data.split.sizes.DEFAULT_SIZES`.
        seed: Draws the items.
        groups: int64 (n,), items that stay together; default: as ``group_by`` says.
        group_by: ``content``, ``none`` or a column, see
            :func:`~hierhash.data.split.groups.groups_by`.

    Returns:
        The split. Sizes are met exactly unless groups are too large for it;
        :func:`~hierhash.data.split.choice.shortfalls` says where they are not.

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


def strata_of(labels: ItemLabels) -> NDArray[np.int64]:
    """One stratum per item.

    An item on an inner node has that node's own stratum. Of several paths the rarest node counts,
    so that rare classes are shared out evenly. Unlabelled items have -1.

    Args:
        labels: n items.

    Returns:
        int64 (n,): stratum numbers from 0, or -1.
    """
    strata = np.full(labels.n, -1, dtype=np.int64)
    if len(labels.codes) == 0:
        return strata
    codes = np.asarray(labels.codes, dtype=np.int64)
    known = codes >= 0
    depth = known.sum(axis=1)
    deepest = codes[np.arange(len(codes)), np.maximum(depth - 1, 0)]
    pairs = np.stack([depth, deepest], axis=1)
    _, node, count = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    node = node.reshape(-1)
    owner = np.repeat(np.arange(labels.n), np.diff(labels.offsets))
    # Sorted so that the rarest node of an item comes last and is the one that stays.
    order = np.lexsort((-node, -count[node], owner))
    strata[owner[order]] = node[order]
    return strata


def halve(rows: Rows, strata: Rows, groups: Rows, seed: int) -> tuple[Rows, Rows]:
    """Two halves that share no group, each leaf divided between them as evenly as groups allow.

    Args:
        rows: The validation items.
        strata: int64 (n,): the stratum of every item of the catalogue.
        groups: int64 (n,): items of a group stay in one half.
        seed: Of the split; the draw is its own, so that the parts do not depend on it.

    Returns:
        int64, sorted: the rows to tune by and those to calibrate with.

    Example:
        >>> tune, calibrate = halve(np.arange(6), np.array([0, 0, 0, 0, 1, 1]), np.arange(6), 0)
        >>> tune[tune < 4].size, calibrate[calibrate < 4].size, len(tune)
        (2, 2, 3)
    """
    rng = np.random.default_rng([seed, 2])
    rows = np.sort(rows)
    # Large groups first; then leaf by leaf, so that the totals stay even as well.
    members: dict[int, list[int]] = {}
    for row in rows.tolist():
        members.setdefault(int(groups[row]), []).append(row)
    found = list(members.values())
    leaf = np.array([strata[own[0]] for own in found], dtype=np.int64)
    size = np.array([len(own) for own in found], dtype=np.int64)
    order = np.lexsort((rng.random(len(found)), leaf, -size))
    halves: tuple[list[int], list[int]] = ([], [])
    ahead: Counter[int] = Counter()  # by stratum: how many more the first half has
    for number in order.tolist():
        own = found[number]
        kinds = Counter(strata[own].tolist())
        lean = sum(count * ahead[kind] for kind, count in kinds.items())
        lean = lean or len(halves[0]) - len(halves[1]) or int(rng.integers(2)) * 2 - 1
        half = 1 if lean > 0 else 0
        halves[half].extend(own)
        for kind, count in kinds.items():
            ahead[kind] += -count if half else count
    tune, calibrate = (np.sort(np.array(half, dtype=np.int64)) for half in halves)
    return tune, calibrate
