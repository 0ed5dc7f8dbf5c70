"""Any split that the command line or a config can ask for, refused where it is of no use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hierhash.data.groups import BY_CONTENT
from hierhash.data.records import Catalogue
from hierhash.data.split_review import refuse_unusable
from hierhash.data.split_sizes import Sizes
from hierhash.data.splits import Split, make_split
from hierhash.errors import DataError

if TYPE_CHECKING:
    from hierhash.labels.items import ItemLabels
    from hierhash.labels.tree import LabelTree

UNSEEN_LEAVES = 12
LARGEST_SEED = 2**63 - 1  # what torch takes, too


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
) -> Split:
    """The split by a column, with unseen leaves, or else the standard one.

    Args:
        catalogue: n items.
        labels: Their labels.
        tree: Their tree.
        sizes: As for :func:`~hierhash.data.splits.make_split`.
        seed: Draws the items.
        group_by: ``content``, ``none`` or a column.
        parts: A column with the user's own parts.
        unseen_leaves: Hold back this many leaves; the queries come from them.

    Raises:
        DataError: Wishes that exclude each other, wrong ones, or a part that comes out unusable.
    """
    if parts is not None:
        if sizes or unseen_leaves:
            raise DataError(
                f"split: the parts come from the column '{parts}', so sizes and unseen leaves "
                "mean nothing; leave them out, or the column"
            )
        from hierhash.data.user_parts import split_by_column

        split = split_by_column(catalogue, labels, parts, seed, group_by)
    elif unseen_leaves:
        from hierhash.data.unseen_leaves import make_unseen_leaves_split

        split = make_unseen_leaves_split(
            catalogue, labels, tree, unseen_leaves, sizes, seed, group_by=group_by
        )
    else:
        split = make_split(catalogue, labels, sizes, seed, group_by=group_by)
    refuse_unusable(split, labels)
    return split
