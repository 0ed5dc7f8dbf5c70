"""Share items out to the four parts of a split: by stratum, whole groups at a time.

A stratum is a leaf, or the deepest known node of an item. Large groups are placed first, where
their stratum still has room; single items then fill what is left; then strata that got none and
totals that are off are put right, so that sizes are met exactly unless the groups forbid it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

TRAIN, VALIDATION, QUERY, DATABASE_ONLY = range(4)
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def allot(
    strata: Ints,
    groups: Ints,
    counts: Mapping[str, int],
    rng: np.random.Generator,
    complete: NDArray[np.bool_],
) -> Ints:
    """Give every item a part.

    Args:
        strata: int64 (n,), -1 for unlabelled items, which go to the database.
        groups: int64 (n,); items of a group get the same part.
        counts: Items wanted in train, validation and query, by name.
        rng: Draws.
        complete: bool (n,): may be a query or a validation item.

    Returns:
        int64 (n,): 0 train, 1 validation, 2 query, 3 database-only.

    Example:
        >>> parts = allot(np.zeros(4, int), np.arange(4), {"train": 2, "validation": 1, "query": 1},
        ...               np.random.default_rng(0), np.ones(4, bool))
        >>> np.bincount(parts, minlength=4).tolist()
        [2, 1, 1, 0]
    """
    groups = np.unique(groups, return_inverse=True)[1].astype(np.int64).reshape(-1)
    size = np.bincount(groups)
    # A group may be asked with only if every item of it may.
    askable = np.ones(len(size), dtype=np.bool_)
    askable[groups[~complete | (strata < 0)]] = False
    labelled = np.zeros(len(size), dtype=np.bool_)
    labelled[groups[strata >= 0]] = True

    parts = np.full(len(strata), DATABASE_ONLY, dtype=np.int64)
    open_items = labelled[groups]
    quota = _quotas(strata, groups, askable[groups], counts)
    left = quota.copy()
    _place_groups(parts, strata, groups, size, askable, open_items, left, rng)
    _place_singles(parts, strata, (size[groups] == 1) & open_items, askable[groups], left, rng)
    # Only strata that have a quota: more queries than were asked for help nobody.
    due = quota > 0
    give_every_stratum_one(parts, strata, groups, askable, due[:, QUERY], QUERY, TRAIN)
    give_every_stratum_one(parts, strata, groups, labelled, due[:, TRAIN], TRAIN, QUERY)
    single = (size[groups] == 1) & open_items
    meet_totals(parts, strata, single, askable[groups], quota, counts, rng)
    return parts


def share_out(total: int, room: Ints, least: Ints) -> Ints:
    """Divide ``total`` in proportion to ``room``: whole numbers, at least ``least``, at most room.

    Example:
        >>> share_out(10, np.array([80, 15, 5, 1]), np.array([1, 1, 1, 0])).tolist()
        [8, 1, 1, 0]
    """
    total = min(total, int(room.sum()))
    share = total * room / max(int(room.sum()), 1)
    given = np.minimum(np.maximum(np.floor(share).astype(np.int64), least), room)
    while (missing := total - int(given.sum())) != 0:
        step = 1 if missing > 0 else -1
        free = np.flatnonzero(given < room if step > 0 else given > least)
        if len(free) == 0:
            break
        # Largest remainder first.
        order = free[np.argsort(-step * (share[free] - given[free]), kind="stable")]
        given[order[: abs(missing)]] += step
    return given


def _quotas(
    strata: Ints, groups: Ints, askable_item: NDArray[np.bool_], counts: Mapping[str, int]
) -> Ints:
    """int64 (strata, 4): how many items of each stratum each part should get."""
    kinds = int(strata.max(initial=-1)) + 1
    items = np.bincount(strata[strata >= 0], minlength=kinds)
    askable = np.bincount(strata[askable_item & (strata >= 0)], minlength=kinds)
    pairs = np.unique(np.stack([strata, groups], axis=1), axis=0)[:, 0]
    several = np.bincount(pairs[pairs >= 0], minlength=kinds) >= 2
    nothing = np.zeros(kinds, dtype=np.int64)

    # One item of each stratum is left for training, or a query could have no training class.
    room = np.minimum(askable, np.maximum(items - 1, 0)) * several
    least = np.minimum(room, 1)
    if least.sum() > counts["query"]:
        least = nothing
    query = share_out(counts["query"], room, least)
    room = np.minimum(askable - query, np.maximum(items - query - 1, 0))
    validation = share_out(counts["validation"], room, nothing)
    room = items - query - validation
    least = np.minimum(room, 1)
    train = share_out(counts["train"], room, least if least.sum() <= counts["train"] else nothing)
    return np.stack([train, validation, query, room - train], axis=1)


def _place_groups(
    parts: Ints,
    strata: Ints,
    groups: Ints,
    size: Ints,
    askable: NDArray[np.bool_],
    open_items: NDArray[np.bool_],
    left: Ints,
    rng: np.random.Generator,
) -> None:
    """Place groups of two and more, the largest first, and take them off ``left``."""
    order = np.argsort(groups, kind="stable")
    start = np.concatenate([[0], np.cumsum(size)])
    many = np.unique(groups[(size[groups] > 1) & open_items])
    many = many[np.lexsort((rng.random(len(many)), -size[many]))]
    for group in many.tolist():
        rows = order[start[group] : start[group + 1]]
        kinds, number = np.unique(strata[rows][strata[rows] >= 0], return_counts=True)
        room = left[kinds]
        fits: NDArray[np.bool_] = np.all(room >= number[:, None], axis=0)
        if not askable[group]:
            fits[[VALIDATION, QUERY]] = False
        if fits.any():
            weight = np.where(fits, room.sum(axis=0), 0)
            part = int(rng.choice(4, p=weight / weight.sum()))
        else:
            # Too large for any part: where the most room is, but never as a query.
            part = max((TRAIN, DATABASE_ONLY), key=lambda part: int(room[:, part].sum()))
        parts[rows] = part
        left[kinds, part] -= number


def _place_singles(
    parts: Ints,
    strata: Ints,
    single: NDArray[np.bool_],
    askable_item: NDArray[np.bool_],
    left: Ints,
    rng: np.random.Generator,
) -> None:
    """Fill the room of each stratum with its single items, in random order."""
    rows = np.flatnonzero(single)
    # By stratum; inside a stratum items that may be asked first, else random.
    rows = rows[np.lexsort((rng.random(len(rows)), ~askable_item[rows], strata[rows]))]
    kinds, start = np.unique(strata[rows], return_index=True)
    ends = [*start.tolist(), len(rows)][1:]
    for kind, first, end in zip(kinds.tolist(), start.tolist(), ends, strict=True):
        mine = rows[first:end]
        askable = int(askable_item[mine].sum())
        room = np.maximum(left[kind], 0)
        query = min(int(room[QUERY]), askable)
        validation = min(int(room[VALIDATION]), askable - query)
        parts[mine[:query]] = QUERY
        parts[mine[query : query + validation]] = VALIDATION
        rest = rng.permutation(mine[query + validation :])
        train = min(len(rest), int(room[TRAIN]))
        parts[rest[:train]] = TRAIN
        parts[rest[train:]] = DATABASE_ONLY


def give_every_stratum_one(
    parts: Ints, strata: Ints, groups: Ints, allowed: Mask, due: Mask, wanted: int, keep: int
) -> None:
    """Move the smallest allowed group into ``wanted`` for each stratum that has none there.

    Nothing moves when that would take the last item of ``keep`` or when the stratum is one group.

    Args:
        parts: int64 (n,), changed in place.
        strata: int64 (n,), -1 = no stratum.
        groups: int64 (n,), numbered from 0.
        allowed: bool per group: may be in ``wanted``.
        due: bool per stratum: should have an item in ``wanted``.
        wanted: The part that every stratum should have.
        keep: The part that must not be emptied for it.
    """
    size = np.bincount(groups)
    kinds = int(strata.max(initial=-1)) + 1
    has = np.zeros((kinds, 4), dtype=np.int64)
    known = strata >= 0
    np.add.at(has, (strata[known], parts[known]), 1)
    for kind in np.flatnonzero(due & (has[:, wanted] == 0)).tolist():
        rows = np.flatnonzero(strata == kind)
        found, number = np.unique(groups[rows], return_counts=True)
        for group in found[np.argsort(size[found], kind="stable")].tolist():
            members = np.flatnonzero(groups == group)
            source = int(parts[members[0]])
            leaves_some = has[kind, source] > int(number[found == group][0])
            if allowed[group] and (source != keep or leaves_some) and len(found) > 1:
                inside = members[strata[members] >= 0]
                np.add.at(has, (strata[inside], parts[inside]), -1)
                parts[members] = wanted
                np.add.at(has, (strata[inside], parts[inside]), 1)
                break


def meet_totals(
    parts: Ints,
    strata: Ints,
    single: Mask,
    askable_item: Mask,
    quota: Ints,
    counts: Mapping[str, int],
    rng: np.random.Generator,
) -> None:
    """Move single items from parts that have too many to parts that have too few.

    Items come from the strata that have most above their quota; the last training item and the last
    query of a stratum stay.

    Args:
        parts: int64 (n,), changed in place.
        strata: int64 (n,).
        single: bool (n,): may be moved, being its own group.
        askable_item: bool (n,): may go to validation (1) or query (2).
        quota: int64 (strata, 4): what each stratum should have in each part.
        counts: Wanted items by the part's name.
        rng: Breaks ties.
    """
    names = ("train", "validation", "query")
    target = [counts[name] for name in names]
    target.append(len(parts) - sum(target))
    for low in (2, 1, 0, 3):
        for high in (3, 0, 1, 2):
            now = np.bincount(parts, minlength=4)
            move = min(int(now[high]) - target[high], target[low] - int(now[low]))
            if move <= 0 or low == high:
                continue
            candidates = np.flatnonzero((parts == high) & single)
            if low in (1, 2):
                candidates = candidates[askable_item[candidates]]
            candidates = rng.permutation(candidates)
            kind = strata[candidates]
            kinds = len(quota)
            known = strata >= 0
            have = np.bincount(strata[known & (parts == high)], minlength=kinds)
            # rank = how many of its stratum go before it
            order = np.argsort(kind, kind="stable")
            first = np.searchsorted(kind[order], kind[order], side="left")
            rank = np.empty(len(kind), dtype=np.int64)
            rank[order] = np.arange(len(kind)) - first
            if high in (0, 2):
                stays = rank >= have[kind] - 1
                candidates, kind, rank = candidates[~stays], kind[~stays], rank[~stays]
            surplus = have[kind] - quota[kind, high] - rank
            parts[candidates[np.argsort(-surplus, kind="stable")][:move]] = low
