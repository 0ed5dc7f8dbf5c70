"""How many items each part of a split is asked to have, and what else it was drawn by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from hierhash.data.split.groups import BY_CONTENT
from hierhash.errors import DataError

PARTS = ("train", "validation", "query", "database_only")
Sizes = Mapping[str, float]
DEFAULT_SIZES: dict[str, Sizes] = {
    "fashion": {"query": 2000, "validation": 1100, "train": 14500},
    "sample": {"query": 0.12, "validation": 0.08, "train": 0.55},
}
"""Sizes by the name of the catalogue; any other catalogue takes those of the sample."""


def part_sizes(name: str, n: int, sizes: Sizes | None = None) -> dict[str, int]:
    """Numbers of items per part, in the order of :data:`PARTS`.

    Args:
        name: Of the catalogue.
        n: Its items.
        sizes: Whole numbers are items, floats from 0.0 to 1.0 are shares of n (1.0 is all).

    Raises:
        DataError: Unknown part, a size that is neither, or more than n items in all.

    Example:
        >>> part_sizes("shop", 100)
        {'train': 55, 'validation': 8, 'query': 12, 'database_only': 25}
        >>> part_sizes("shop", 30, {"train": 0.5, "validation": 0.25, "query": 0.25})
        {'train': 15, 'validation': 8, 'query': 7, 'database_only': 0}
        >>> part_sizes("shop", 100, {"train": 1.0})["train"], part_sizes("shop", 9, {"train": 1})
        (100, {'train': 1, 'validation': 0, 'query': 0, 'database_only': 8})
    """
    asked = dict(DEFAULT_SIZES.get(name, DEFAULT_SIZES["sample"]) if sizes is None else sizes)
    if sizes is None and sum(int(size) for size in asked.values()) > n:
        asked = dict(DEFAULT_SIZES["sample"])  # a small piece of a set that has fixed sizes
    problems = [problem for part, size in asked.items() if (problem := _size_problem(part, size))]
    if problems:
        raise DataError([f"split sizes: {problem}" for problem in problems])
    rest = asked.pop("database_only", None)
    counts = _counts({part: asked.get(part, 0) for part in PARTS[:3]}, n)
    if sizes is None and counts["validation"] == 1:
        counts["validation"] = 2  # one item for early stopping, one for the temperature
    counts["database_only"] = n - sum(counts.values())
    if counts["database_only"] < 0:
        raise DataError(f"split sizes: {n - counts['database_only']} items asked, {n} there are")
    if rest is not None and not _is_rest(rest, counts["database_only"], n):
        raise DataError(
            f"split sizes: database_only is the rest, {counts['database_only']} items; leave it out"
        )
    return counts


def _size_problem(part: str, size: float) -> str | None:
    if part not in PARTS:
        return f"unknown part '{part}'; use {', '.join(PARTS)}"
    if isinstance(size, float) and math.isnan(size):
        return f"{part} is not a number; give a count or a share of the items"
    if size < 0:
        return f"{part} is negative; give a count or a share of the items"
    if isinstance(size, float) and size > 1:
        return f"{part} is {size:g}; a share is at most 1.0, and a count is written without a point"
    return None


def _counts(asked: Sizes, n: int) -> dict[str, int]:
    """Items of each size: shares are rounded, except where that would not come to n items.

    Where all together are n items, or rounding would make more of them, shares are rounded down,
    and those with the largest fractions get what is left.
    """
    shares = {part: size * n for part, size in asked.items() if isinstance(size, float)}
    counts = {part: round(shares.get(part, size)) for part, size in asked.items()}
    whole = sum(size for size in asked.values() if isinstance(size, int))
    if sum(counts.values()) > n or math.isclose(math.fsum(shares.values()), n - whole):
        floors = {part: math.floor(share) for part, share in shares.items()}
        left = round(math.fsum(shares.values())) - sum(floors.values())
        by_fraction = sorted(shares, key=lambda part: floors[part] - shares[part])
        counts |= floors | {part: floors[part] + 1 for part in by_fraction[:left]}
    return counts


def _is_rest(asked: float, rest: int, n: int) -> bool:
    """Whether an asked database_only size is what is left; a share may miss it by rounding."""
    return abs(asked * n - rest) <= 2 if isinstance(asked, float) else asked == rest


@dataclass(frozen=True)
class Asked:
    """What a split was drawn by, to be told beside what came out.

    Attributes:
        sizes: Items asked for by part; empty when that is not known.
        group_by: What kept items together: ``content``, ``none`` or a column.
        largest_group: Items of the largest group.
        torn_groups: Groups that the user's own parts tear apart.
    """

    sizes: Mapping[str, int] = field(default_factory=dict)
    group_by: str = BY_CONTENT
    largest_group: int = 1
    torn_groups: int = 0


NOT_KNOWN = Asked()
"""Of a split that was made by hand, or written by 0.1.0."""


def asked_of(content: Any) -> Asked:
    """What the file tells of how it was drawn; it is told to the user and decides nothing."""
    plain = asdict(Asked())
    if not isinstance(content, dict) or set(content) != set(plain):
        return NOT_KNOWN
    alike = all(type(content[name]) is type(value) for name, value in plain.items())
    whole = alike and all(type(size) is int for size in content["sizes"].values())
    return Asked(**content) if whole else NOT_KNOWN
