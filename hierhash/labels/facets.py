"""Facets: what a catalogue knows of its items beside their category, each a tree of its own.

A column of values (colours, brands) is a flat tree; a tree file may group them (Blue > Navy).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hierhash.errors import TreeError
from hierhash.labels.items import ItemLabels
from hierhash.labels.tree import LabelTree

CATEGORY = "category"
"""What the tree is called that every item has, beside its facets."""
SEPARATOR = "|"


@dataclass(frozen=True)
class Facet:
    """One facet of n items: its tree and their labels in it, none where the value is unknown."""

    tree: LabelTree
    labels: ItemLabels


def cell_values(cell: str) -> list[str]:
    """The values of a cell; several are parted by ``|``.

    Example:
        >>> cell_values("Red | White"), cell_values("")
        (['Red', 'White'], [])
    """
    return [value for part in cell.split(SEPARATOR) if (value := part.strip())]


def value_tree(cells: Sequence[str], name: str, min_count: int = 1) -> LabelTree:
    """A flat tree of the values that enough items have, in alphabetical order.

    Args:
        cells: One cell an item; "" is unknown.
        name: Of the facet.
        min_count: Items that a value needs.

    Raises:
        TreeError: Fewer than two values have so many items, so there is nothing to tell apart.

    Example:
        >>> value_tree(["Red", "Red", "Blue|Red", "Blue", "Teal", ""], "colour", 2).leaves
        (('Blue',), ('Red',))
    """
    counts = Counter(value for cell in cells for value in dict.fromkeys(cell_values(cell)))
    kept = sorted(value for value, count in counts.items() if count >= min_count)
    if len(kept) < 2:
        raise TreeError(
            f"facets.{name}: {len(kept) or 'no'} value{'s' * (len(kept) != 1)} with {min_count} or "
            "more training items, and a facet needs two; lower min_count or name another column"
        )
    return LabelTree.from_nested(kept, name=name)


def facet_of(
    cells: Sequence[str],
    tree: LabelTree,
    where: Callable[[int], str] | None = None,
) -> Facet:
    """A facet by its tree; without ``where``, values that are not in the tree are unknown.

    Args:
        cells: One cell an item; "" is unknown.
        tree: Its tree.
        where: Names the place of item i: a value that is not in the tree is then an error.

    Raises:
        TreeError: Values that are not in the tree, each with its place.

    Example:
        >>> tree = LabelTree.from_nested(["Blue", "Red"], name="colour")
        >>> facet_of(["Red", "Teal", "Blue|Red"], tree).labels.counts.tolist()
        [1, 0, 2]
    """
    values = [cell_values(cell) for cell in cells]
    if where is None:
        known = {value for value in {one for own in values for one in own} if _is_in(tree, value)}
        values = [[value for value in own if value in known] for own in values]
    return Facet(tree, tree.encode(values, where=where))


def _is_in(tree: LabelTree, value: str) -> bool:
    try:
        tree.resolve(value)
    except TreeError:
        return False
    return True
