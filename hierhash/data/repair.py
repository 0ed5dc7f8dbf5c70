"""What is put right after items were shared out: strata that got none, totals that are off."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


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
