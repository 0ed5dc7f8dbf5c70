"""The user's own parts: a column that says which item is for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hierhash.data.asked import Asked
from hierhash.data.groups import BY_CONTENT, column_of, groups_by
from hierhash.data.records import Catalogue
from hierhash.data.split_sizes import PARTS
from hierhash.data.splits import Split, largest_group, split_of_codes
from hierhash.data.strata import strata_of
from hierhash.errors import DataError

if TYPE_CHECKING:
    from hierhash.labels.items import ItemLabels

WORDS = {
    "train": ("train", "training"),
    "validation": ("validation", "val", "valid", "dev"),
    "query": ("query", "queries", "test", "testing"),
    "database_only": ("database_only", "database", "db", "gallery", "retrieval"),
}
"""What may stand in the column for each part, in any case."""
_PART_OF = {word: part for part, words in WORDS.items() for word in words}


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
