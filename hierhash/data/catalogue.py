"""A catalogue of items in memory: what every reader returns, and how rows become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hierhash.data.images import ImageRef
from hierhash.errors import DataError
from hierhash.plain_text import plain

if TYPE_CHECKING:
    from hierhash.labels.tree import LabelTree


DROPPED = "the row is dropped"
NO_IMAGE = "kept without image"
NO_TEXT = "kept without text"
NO_LABEL = "kept without this label"
IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Problem:
    """A bad row that does not stop the reading.

    Attributes:
        where: ``FILE:LINE`` of the row, or the file's name.
        what: What is wrong, one line.
        action: What happens to the row.
        kind: A short word for counting, such as ``"missing image"``.

    Example:
        >>> print(Problem("items.csv:7", "image 'a.jpg' does not exist", NO_IMAGE, "missing image"))
        items.csv:7: image 'a.jpg' does not exist; kept without image
    """

    where: str
    what: str
    action: str
    kind: str

    def __str__(self) -> str:
        """Place, fault and action in one line that is safe to print."""
        return plain(f"{self.where}: {self.what}; {self.action}")


@dataclass(frozen=True)
class Columns:
    """Column names; None or () = the table has no such column.

    Attributes:
        id: Column of ids.
        image: Column of picture names.
        text: Columns whose texts are joined.
        labels: One column of labels, or the columns of the levels of one path.
        attributes: Columns of side attributes.
        header: All columns in the order of the table.
        labels_chosen: The labels are what the user named, or a column that is called so: other
            columns are no labels that were overlooked.
        remedy: How a column is made part of the items, with ``{part}``, ``{names}``, ``{column}``.
    """

    id: str | None = None
    image: str | None = None
    text: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    labels_chosen: bool = False
    remedy: str = "-o {part}={names} reads it"


@dataclass
class Catalogue:
    """Items with a picture, a text, labels, or only some of these; row i of each list is item i.

    Attributes:
        name: Name of the source.
        ids: One id per item, all different.
        images: The picture, or None.
        texts: The text, or None.
        labels: Label strings as read: ``"A/B/C"`` paths or names; ``()`` = unlabelled.
        attributes: Side attributes such as colour: name to one string per item ("" = unknown).
        image_features: float (n, d) when the source carries image features, else None.
        text_features: (n, d) array or scipy.sparse matrix when the source carries them, else None.
        tree: The label tree when the source defines one.
        where: ``FILE:LINE`` of each item, for messages
            (``tree.encode(catalogue.labels, where=catalogue.where.__getitem__)``).
        problems: What was wrong with single rows and what was done about it.
        columns: Which column of a table became what; None for other sources.

    Raises:
        DataError: The lists differ in length.

    Example:
        >>> shop = Catalogue("shop", ["1", "2"], [None, None], ["red hat", None], [("Hats",), ()])
        >>> len(shop), shop.subset([0]).texts, shop.has_text.tolist()
        (2, ['red hat'], [True, False])
    """

    name: str
    ids: list[str]
    images: list[ImageRef | None]
    texts: list[str | None]
    labels: list[tuple[str, ...]]
    attributes: dict[str, list[str]] = field(default_factory=dict)
    image_features: NDArray[Any] | None = None
    text_features: Any | None = None
    tree: LabelTree | None = None
    where: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    columns: Columns | None = None

    def __post_init__(self) -> None:
        """Check that all columns are as long as the ids."""
        if not self.where:
            self.where = [f"{self.name}:{row + 1}" for row in range(len(self.ids))]
        columns: dict[str, int] = {
            "images": len(self.images),
            "texts": len(self.texts),
            "labels": len(self.labels),
            "where": len(self.where),
            **{f"attribute {name}": len(column) for name, column in self.attributes.items()},
        }
        for name in ("image_features", "text_features"):
            array = getattr(self, name)
            if array is not None:
                columns[name] = int(array.shape[0])
        wrong = [
            f"{self.name}: {len(self.ids)} ids but {count} {name}; they must be as many"
            for name, count in columns.items()
            if count != len(self.ids)
        ]
        if wrong:
            raise DataError(wrong)

    def __len__(self) -> int:
        """Number of items."""
        return len(self.ids)

    @property
    def has_image(self) -> NDArray[np.bool_]:
        """Whether each item has a picture or image features, bool (n,)."""
        if self.image_features is not None:
            return np.ones(len(self), dtype=np.bool_)
        return np.array([image is not None for image in self.images], dtype=np.bool_)

    @property
    def has_text(self) -> NDArray[np.bool_]:
        """Whether each item has a text or text features, bool (n,)."""
        if self.text_features is not None:
            return np.ones(len(self), dtype=np.bool_)
        return np.array([text is not None for text in self.texts], dtype=np.bool_)

    def subset(self, index: Iterable[int] | NDArray[Any]) -> Catalogue:
        """The items at ``index`` (row numbers, or a bool mask of length n), in that order.

        Problems stay with the whole catalogue.
        """
        rows_array = np.asarray(index if isinstance(index, np.ndarray) else list(index))
        if rows_array.dtype == np.bool_:
            rows_array = np.flatnonzero(rows_array)
        rows_array = rows_array.astype(np.int64)
        rows: list[int] = rows_array.tolist()
        return Catalogue(
            name=self.name,
            ids=[self.ids[row] for row in rows],
            images=[self.images[row] for row in rows],
            texts=[self.texts[row] for row in rows],
            labels=[self.labels[row] for row in rows],
            attributes={
                name: [column[row] for row in rows] for name, column in self.attributes.items()
            },
            image_features=None if self.image_features is None else self.image_features[rows_array],
            text_features=None if self.text_features is None else self.text_features[rows_array],
            tree=self.tree,
            where=[self.where[row] for row in rows],
            columns=self.columns,
        )


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
