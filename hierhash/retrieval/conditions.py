"""What answers must meet, as every store understands it: a node, a value, a number in a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hierhash.labels.paths import Path

Sign = Literal["<", "<=", ">", ">="]


@dataclass(frozen=True)
class Below:
    """Items that are filed at or below a node.

    Args:
        tree: ``category``, or the name of a facet.
        node: Path of the node in the tree that the items are filed in.
        unknown: Also items without a label in this tree.
    """

    tree: str
    node: Path
    unknown: bool = False


@dataclass(frozen=True)
class Equals:
    """Items with a value in a column, in any mixture of upper and lower case.

    Args:
        column: Its name.
        value: The value; a cell of several, ``red; blue``, has each of them.
    """

    column: str
    value: str


@dataclass(frozen=True)
class Compares:
    """Items with a smaller or larger number in a column; what is no number is left out.

    Args:
        column: Its name.
        sign: How the item's number stands to ``number``.
        number: The limit.
    """

    column: str
    sign: Sign
    number: float


Condition = Below | Equals | Compares
