"""The unseen-value protocol: items with one value of a column, such as a maker, only ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hierhash.data.catalogue import Catalogue
from hierhash.data.split.allot import allot
from hierhash.data.split.groups import BY_CONTENT, column_of, groups_by
from hierhash.data.split.sizes import PARTS, Asked, Sizes, part_sizes
from hierhash.data.split.split import Split
from hierhash.data.split.standard import complete, largest_group, split_of_codes, strata_of
from hierhash.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from hierhash.labels.items import ItemLabels

NO_PART = -1


def make_unseen_value_split(
    catalogue: Catalogue,
    labels: ItemLabels,
    unseen: str,
    sizes: Sizes | None = None,
    seed: int = 0,
    group_by: str = BY_CONTENT,
) -> Split:
    """Train on the items without a value and ask with those that have it.

    Groups are shared out as in the standard split. Of those for queries the items that have the
    value ask, and the others are in the database, untrained; of all other groups the items that
    have the value are in no part. So what asks has neither a kindred item nor its value in
    training, and finds items of other values alone.

    Args:
        catalogue: n items.
        labels: Their labels.
        unseen: ``COLUMN=VALUE``.
        sizes: As for :func:`~hierhash.data.split.standard.make_split`, before items are left out.
        seed: Draws the items.
        group_by: ``content``, ``none`` or a column, see
            :func:`~hierhash.data.split.groups.groups_by`.

    Raises:
        DataError: No such column or value, or every item has it.

    Example:
        >>> from hierhash.labels import LabelTree
        >>> maker = ["x", "y"] * 20
        >>> shop = Catalogue("shop", [str(row) for row in range(40)], [None] * 40,
        ...                  [f"hat {row // 2}" for row in range(40)], [("Hats",)] * 40,
        ...                  {"maker": maker})
        >>> labels = LabelTree.from_nested(["Hats"]).encode(shop.labels)
        >>> split = make_unseen_value_split(shop, labels, "maker=y", {"train": 0.5, "query": 0.5})
        >>> {part: {maker[row] for row in rows} for part, rows in split.parts.items() if len(rows)}
        {'train': {'x'}, 'query': {'y'}, 'database_only': {'x'}}
    """
    held = np.array(_has_value(catalogue, unseen))
    counts = part_sizes(catalogue.name, len(catalogue), sizes)
    groups, strata = groups_by(catalogue, group_by), strata_of(labels)
    rng = np.random.default_rng(seed)
    parts = allot(strata, groups, counts, rng, complete(catalogue))
    asks = parts == PARTS.index("query")
    parts[held & ~asks] = NO_PART
    parts[~held & asks] = PARTS.index("database_only")
    share = held.mean()
    kept = {
        part: round(count * (share if part == "query" else 1 - share))
        for part, count in counts.items()
    }
    asked = Asked(kept, group_by, largest_group(groups))
    return split_of_codes(
        catalogue.ids, parts, strata, groups, seed, asked, protocol="unseen_value"
    )


def _has_value(catalogue: Catalogue, unseen: str) -> list[bool]:
    column, _, value = unseen.partition("=")
    if not column or not value:
        raise DataError(f"split: unseen value '{unseen}' names none; write COLUMN=VALUE")
    cells = column_of(catalogue, column)
    held = [cell == value for cell in cells]
    if not any(held):
        known = sorted({cell for cell in cells if cell})
        hint = did_you_mean(value, known) or f"; it holds {', '.join(known[:12])}"
        raise DataError(f"{catalogue.name}: no item has '{value}' in column '{column}'{hint}")
    if all(held):
        raise DataError(
            f"{catalogue.name}: every item has '{value}' in column '{column}', so none is left to "
            "train on; hold back another value"
        )
    return held
