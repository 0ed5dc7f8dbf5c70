"""What was asked for when a split was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from hierhash.data.groups import BY_CONTENT


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
