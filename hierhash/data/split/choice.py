"""Any split that the command line or a config can ask for, and whether it is of use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hierhash.data.catalogue import Catalogue
from hierhash.data.split.groups import BY_CONTENT, BY_NOTHING, column_of, groups_by
from hierhash.data.split.sizes import PARTS, Asked, Sizes
from hierhash.data.split.split import Split
from hierhash.data.split.standard import largest_group, make_split, split_of_codes, strata_of
from hierhash.errors import DataError

if TYPE_CHECKING:
    from hierhash.labels.items import ItemLabels
    from hierhash.labels.tree import LabelTree


UNSEEN_LEAVES = 12
LARGEST_SEED = 2**63 - 1  # what torch takes, too


WORDS = {
    "train": ("train", "training"),
    "validation": ("validation", "val", "valid", "dev"),
    "query": ("query", "queries", "test", "testing"),
    "database_only": ("database_only", "database", "db", "gallery", "retrieval"),
}
"""What may stand in the column for each part, in any case."""
_PART_OF = {word: part for part, words in WORDS.items() for word in words}
TOLERATED = 0.1
"""A part may miss its size by this share of it without a word."""
FEWEST_VALIDATION = 10
"""Fewer validation items decide nothing, unless not even twice as many were asked for."""


def choose_split(
    catalogue: Catalogue,
    labels: ItemLabels,
    tree: LabelTree,
    *,
    sizes: Sizes | None = None,
    seed: int = 0,
    group_by: str = BY_CONTENT,
    parts: str | None = None,
    unseen_leaves: int = 0,
    unseen_value: str | None = None,
) -> Split:
    """The split by a column, with unseen leaves or an unseen value, or else the standard one.

    Args:
        catalogue: n items.
        labels: Their labels.
        tree: Their tree.
        sizes: As for :func:`~hierhash.data.split.standard.make_split`.
        seed: Draws the items.
        group_by: ``content``, ``none`` or a column.
        parts: A column with the user's own parts.
        unseen_leaves: Hold back this many leaves; the queries come from them.
        unseen_value: ``COLUMN=VALUE``: the queries are items that have it, nothing else is.

    Raises:
        DataError: Wishes that exclude each other, wrong ones, or a part that comes out unusable.
    """
    if parts is not None:
        if sizes or unseen_leaves or unseen_value:
            raise DataError(
                f"split: the parts come from the column '{parts}', so sizes and unseen leaves "
                "mean nothing, nor does an unseen value; leave them out, or the column"
            )
        split = split_by_column(catalogue, labels, parts, seed, group_by)
    elif unseen_leaves and unseen_value:
        raise DataError("split: unseen leaves and an unseen value exclude each other; choose one")
    elif unseen_leaves:
        from hierhash.data.split.unseen_leaves import make_unseen_leaves_split

        split = make_unseen_leaves_split(
            catalogue, labels, tree, unseen_leaves, sizes, seed, group_by=group_by
        )
    elif unseen_value is not None:
        from hierhash.data.split.unseen_value import make_unseen_value_split

        split = make_unseen_value_split(catalogue, labels, unseen_value, sizes, seed, group_by)
    else:
        split = make_split(catalogue, labels, sizes, seed, group_by=group_by)
    refuse_unusable(split, labels)
    return split


def split_by_column(
    catalogue: Catalogue,
    labels: ItemLabels,
    column: str,
    seed: int = 0,
    group_by: str = BY_CONTENT,
) -> Split:
    """The split that a column of the catalogue gives; only the validation halves are drawn.

    Args:
        catalogue: n items.
        labels: Their labels.
        column: Holds a word of :data:`WORDS` for every item.
        seed: Draws the halves.
        group_by: What keeps items in one half; groups that the parts tear apart are counted.

    Raises:
        DataError: No such column, or a cell that names no part.

    Example:
        >>> from hierhash.labels import LabelTree
        >>> shop = Catalogue("shop", ["1", "2"], [None] * 2, ["a", "b"], [("A",)] * 2,
        ...                  {"use": ["train", "Test"]})
        >>> labels = LabelTree.from_nested(["A"]).encode(shop.labels)
        >>> split_by_column(shop, labels, "use").query.tolist()
        [1]
    """
    cells = column_of(catalogue, column)
    parts = [_PART_OF.get(cell.strip().lower()) for cell in cells]
    wrong = [row for row, part in enumerate(parts) if part is None]
    if wrong:
        row = wrong[0]
        more = f" ({len(wrong)} such items)" if len(wrong) > 1 else ""
        raise DataError(
            f"{catalogue.where[row]}: column '{column}' holds '{cells[row]}', which names no "
            f"part{more}; write train, validation, query or database"
        )
    codes = np.array([PARTS.index(part) for part in parts if part is not None], dtype=np.int64)
    sizes = {part: int((codes == code).sum()) for code, part in enumerate(PARTS)}
    groups = groups_by(catalogue, group_by)
    pairs = np.unique(np.stack([groups, codes]), axis=1)[0]
    torn = int((np.unique(pairs, return_counts=True)[1] > 1).sum())
    asked = Asked(sizes, group_by, largest_group(groups), torn)
    strata = strata_of(labels)
    return split_of_codes(catalogue.ids, codes, strata, groups, seed, asked, protocol="column")


def shortfalls(split: Split) -> list[str]:
    """One line for each part that misses its size by more than a tenth, with the reason.

    None where it is not known what was asked for, as of a split file of 0.1.0.

    Example:
        >>> from hierhash.data.split.sizes import Asked
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
