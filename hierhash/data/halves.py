"""The two halves of the validation items: one to stop and tune by, one to calibrate with."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def halve(rows: Ints, strata: Ints, groups: Ints, seed: int) -> tuple[Ints, Ints]:
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
