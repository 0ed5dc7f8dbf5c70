"""Whether a split is what was asked for: where it falls short, and where it cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hierhash.data.groups import BY_CONTENT, BY_NOTHING
from hierhash.data.splits import Split
from hierhash.errors import DataError

if TYPE_CHECKING:
    from hierhash.labels.items import ItemLabels

TOLERATED = 0.1
"""A part may miss its size by this share of it without a word."""
FEWEST_VALIDATION = 10
"""Fewer validation items decide nothing, unless not even twice as many were asked for."""


def shortfalls(split: Split) -> list[str]:
    """One line for each part that misses its size by more than a tenth, with the reason.

    None where it is not known what was asked for, as of a split file of 0.1.0.

    Example:
        >>> from hierhash.data.asked import Asked
        >>> asked = Asked({"query": 5}, largest_group=40)
        >>> print(shortfalls(Split.of(["a", "b"], {"query": [0]}, asked=asked))[0])
        split: query has 1 of 5 items asked for: items that share a text or a picture stay
        together (40 in the largest group); see --group-by (data.split.group_by)
    """
    lines = []
    for part in ("train", "validation", "query"):
        found = len(split.parts[part])
        asked = split.requested.get(part, found)  # of a part that nothing is known of, no word
        if abs(found - asked) > TOLERATED * asked:
            have = f"{found} of" if found < asked else f"{found} where"
            were = "items asked for" if found < asked else "were asked for"
            lines.append(f"split: {part} has {have} {asked} {were}: {_reason(split)}")
    if split.asked.torn_groups:
        lines.append(
            f"split: {split.asked.torn_groups} groups of items that {_bond(split)} lie in several "
            "parts, so training may have seen what a query asks for; move each into one part"
        )
    return lines


def refuse_unusable(split: Split, labels: ItemLabels) -> None:
    """Stop where a part that was asked for cannot do its work.

    Training needs two labelled items; queries one; validation 10 (or half of what was asked for,
    where that is less), and an item in each half.

    Args:
        split: As it came out.
        labels: Of the items of the catalogue.

    Raises:
        DataError: A part is too small; one line names all of them, and why.
    """
    asked = split.requested
    if asked.get("validation") == 1:
        raise DataError(
            "split: validation has 1 item, which cannot be halved to tune and to calibrate; ask "
            "for 2 or more, or for 0"
        )
    too_small = []
    if asked.get("train") and int(labels.labelled[split.train].sum()) < 2:
        too_small.append("train")
    fewest = min(FEWEST_VALIDATION, -(-asked.get("validation", 0) // 2))
    halves = min(len(split.tune), len(split.calibrate))
    if asked.get("validation") and (len(split.validation) < fewest or not halves):
        too_small.append("validation")
    if asked.get("query") and not len(split.query):
        too_small.append("query")
    if too_small:
        found = ", ".join(f"{part} {len(split.parts[part])} of {asked[part]}" for part in too_small)
        raise DataError(
            f"split: too few items to be used in {found} asked for: {_reason(split)}, or ask for "
            "other sizes (0 leaves a part out)"
        )


def _reason(split: Split) -> str:
    if split.protocol == "column":
        return "these are your own parts; correct the column"
    if split.asked.largest_group > 1:
        return (
            f"items that {_bond(split)} stay together ({split.asked.largest_group} in the largest "
            "group); see --group-by (data.split.group_by)"
        )
    return (
        "only labelled items are shared out, and queries and validation items need every modality; "
        "add such items"
    )


def _bond(split: Split) -> str:
    by = split.asked.group_by
    return "share a text or a picture" if by in (BY_CONTENT, BY_NOTHING) else f"share a '{by}'"
