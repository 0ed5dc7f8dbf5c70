"""What every store of coded items can do: a folder, a database, another engine.

``hierhash.testing.check_store`` holds each of them to this. Answers come in canonical order, by
distance and equal ones by row, and there are as many as were asked for and meet the conditions:
a filter never makes them fewer than there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.distances import Distance
from hierhash.codes.packing import Codes
from hierhash.labels.changes import Told
from hierhash.labels.paths import Path as Node
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.conditions import Condition
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.items import Hit, Ranked
from hierhash.retrieval.relabel import Relabelled


class Store(Protocol):
    """Coded items that can be searched and changed.

    A row is an item's place in the order of insertion; an item that replaces another is the last.
    """

    @property
    def name(self) -> str:
        """How a user names it, in messages."""
        ...

    @property
    def manifest(self) -> Mapping[str, Any]:
        """``bits``, ``modality``, ``model_sha256``, ``tree_sha256``, ``segments`` where it has."""
        ...

    @property
    def run(self) -> Path:
        """The folder of the run that answers its queries."""
        ...

    @property
    def distance(self) -> Distance:
        """How a query meets the codes."""
        ...

    @property
    def tree(self) -> LabelTree | None:
        """What the items are filed in, where that is not the run's tree any more."""
        ...

    @property
    def moved(self) -> Mapping[Node, Node]:
        """Where the nodes of the run's tree are in ``tree``."""
        ...

    def __len__(self) -> int:
        """Number of items."""
        ...

    def reading(self) -> AbstractContextManager[None]:
        """A block of which all answers are of one state, whatever others change meanwhile."""
        ...

    def search(
        self,
        query: Coded,
        k: int = 20,
        where: Sequence[Condition] = (),
        rescore: bool = True,
        skip: int = 0,
    ) -> list[Hit]:
        """The nearest items to one query that meet all conditions.

        Args:
            query: One item, as a query of the store's run.
            k: Number of answers.
            where: Conditions.
            rescore: Order by the score, where there is one.
            skip: Answers to leave out before the first.

        Raises:
            InputError: ``k`` or ``skip`` is no number of answers.
        """
        ...

    def ranked(
        self,
        query: Coded,
        k: int = 20,
        where: Sequence[Condition] = (),
        rescore: bool = True,
        skip: int = 0,
    ) -> Ranked:
        """As ``search``, without what is known of the items: for many of which few are shown."""
        ...

    def nearest(
        self, queries: Codes, k: int, where: Sequence[Condition] = ()
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Whole-number distances and rows (q, m) of the nearest items to many queries.

        Args:
            queries: uint8 (q, bytes).
            k: Number of answers; all there are where they are fewer.
            where: Conditions.
        """
        ...

    def words(self, text: str, k: int, where: Sequence[Condition] = ()) -> list[tuple[int, float]]:
        """Rows with scores, best first: the items with the most telling words of a text.

        Words are taken from texts, ids and columns; items with none of them are no answers.
        """
        ...

    def items(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        """The metadata of items, in the order of ``rows``."""
        ...

    def rows_of(self, ids: Sequence[str]) -> list[int]:
        """The rows of items by their ids, in the order of these.

        Raises:
            InputError: An id is not there.
        """
        ...

    def stored(self, rows: Sequence[int]) -> NDArray[Any]:
        """The codes of items as they are stored, (n, ...), in the order of ``rows``."""
        ...

    def first(self, k: int, where: Sequence[Condition] = (), skip: int = 0) -> list[Hit]:
        """Items that meet all conditions in the order of their rows, by no distance and no score.

        Args:
            k: Number of items.
            where: Conditions.
            skip: Items to leave out before the first.

        Raises:
            InputError: ``k`` or ``skip`` is no number of items.
        """
        ...

    def count(self, where: Sequence[Condition] = ()) -> int:
        """How many items meet all conditions."""
        ...

    def counts(self, name: str, where: Sequence[Condition] = ()) -> dict[Node, int]:
        """How many of the items that meet all conditions have each node or value; none is 0.

        An item of several paths counts once in each node at or above them.

        Args:
            name: ``category`` or a facet; or a column, whose values are nodes of one name. Values
                that differ in upper and lower case alone are one, spelled as the first of the
                column in alphabetical order.
            where: Conditions.

        Raises:
            InputError: There is no such tree or column.
        """
        ...

    def columns(self) -> list[str]:
        """The columns that any item has, in alphabetical order."""
        ...

    def values(self, column: str) -> list[str]:
        """The values that items have in a column, in alphabetical order."""
        ...

    def add(self, new: ExactIndex, replacing: bool = False) -> int:
        """Adds items; when this returns they are on the disk.

        Args:
            new: The items, coded by the store's own run.
            replacing: Items of ids that are there already take the place of these; otherwise they
                are refused.

        Returns:
            How many items of the same ids were replaced.

        Raises:
            InputError: An id is there already, or twice among the new ones; nothing is added.
            RunError: The items are not coded as its own are, or the store is damaged or held.
        """
        ...

    def remove(self, ids: Sequence[str]) -> int:
        """Removes items by their ids; when this returns that is on the disk.

        Returns:
            How many items are left.

        Raises:
            InputError: An id is not there; nothing is removed.
        """
        ...

    def relabel(
        self, new: LabelTree, told: Mapping[Node, Told] | None = None, force: bool = False
    ) -> Relabelled:
        """Files the items in a later version of the tree; see ``retrieval.relabel``.

        Raises:
            InputError: More than half of the labelled items would lose their nodes, and it is not
                forced.
        """
        ...

    def read(self) -> ExactIndex:
        """All items in memory, in the order of their rows."""
        ...

    def info(self) -> dict[str, Any]:
        """What it holds, for people."""
        ...

    def verify(self) -> None:
        """Makes sure that all is as it was written.

        Raises:
            RunError: It is not.
        """
        ...

    def close(self) -> None:
        """Lets go of what it holds open."""
        ...
