"""Collects rows into a catalogue; the rules for odd rows are here, once for every reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hierhash.data.columns import Columns
from hierhash.data.problems import DROPPED, NO_TEXT, Problem
from hierhash.data.records import Catalogue, ImageRef

if TYPE_CHECKING:
    from hierhash.labels.tree import LabelTree


class CatalogueBuilder:
    """Adds items one by one and notes what is wrong with them.

    A row with an id seen before, or with neither picture nor text, is dropped; a blank text is kept
    as None. Each such row becomes a :class:`Problem`.

    Example:
        >>> builder = CatalogueBuilder("shop")
        >>> builder.add("shop.csv:2", "7", None, "red hat", ("Hats",))
        >>> builder.add("shop.csv:3", "7", None, "blue hat", ("Hats",))
        >>> catalogue = builder.build()
        >>> len(catalogue), str(catalogue.problems[0])
        (1, "shop.csv:3: id '7' was used before at shop.csv:2; the row is dropped")
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self._first: dict[str, int] = {}
        self._images: list[ImageRef | None] = []
        self._texts: list[str | None] = []
        self._labels: list[tuple[str, ...]] = []
        self._where: list[str] = []
        self._attributes: list[Mapping[str, str]] = []

    @property
    def ids(self) -> list[str]:
        """Ids of the items added so far."""
        return list(self._first)

    def __len__(self) -> int:
        """Number of items added so far."""
        return len(self._first)

    def note(self, where: str, what: str, action: str, kind: str) -> None:
        """Remember that something is wrong with a row."""
        self.problems.append(Problem(where, what, action, kind))

    def add(
        self,
        where: str,
        item_id: str,
        image: ImageRef | None,
        text: str | None,
        labels: Sequence[str],
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        """Add an item unless it repeats an id or has nothing to show.

        ``text=None`` means that the source has no text for it; a blank text is a problem.
        """
        if item_id in self._first:
            before = self._where[self._first[item_id]]
            what = f"id '{item_id}' was used before at {before}"
            self.note(where, what, DROPPED, "duplicate id")
            return
        blank = text is not None and not text.strip()
        if image is None and (text is None or blank):
            self.note(where, "the row has neither image nor text", DROPPED, "nothing to read")
            return
        if blank:
            self.note(where, "the text is empty", NO_TEXT, "empty text")
        self._first[item_id] = len(self._images)
        self._images.append(image)
        self._texts.append(None if text is None or blank else text.strip())
        self._labels.append(tuple(dict.fromkeys(labels)))
        self._where.append(where)
        self._attributes.append(attributes or {})

    def build(self, tree: LabelTree | None = None, columns: Columns | None = None) -> Catalogue:
        """The catalogue of all items added; an attribute that a row lacks is ""."""
        names = dict.fromkeys(name for row in self._attributes for name in row)
        return Catalogue(
            name=self.name,
            ids=list(self._first),
            images=self._images,
            texts=self._texts,
            labels=self._labels,
            attributes={name: [row.get(name, "") for row in self._attributes] for name in names},
            tree=tree,
            where=self._where,
            problems=self.problems,
            columns=columns,
        )
