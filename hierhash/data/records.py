"""A catalogue of items in memory: what every reader returns."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hierhash.data.archives import read_member
from hierhash.data.columns import Columns
from hierhash.data.decode import DEFAULT_MAX_PIXELS, decode
from hierhash.data.inside import REMEDY, is_below
from hierhash.data.problems import Problem
from hierhash.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

    from hierhash.labels.tree import LabelTree

LARGEST_FILE = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ImageRef:
    """Where a picture is: a file, a member of a zip archive, or a row of an array in a .mat file.

    Attributes:
        path: The file or the archive.
        member: None for a plain file; the member's name in a zip; ``FIELD/ROW`` in a .mat file.
        root: The real folder that the file must lie in when it is read, all links resolved; None
            for a file that the user named.
    """

    path: Path
    member: str | None = None
    root: str | None = None

    def read(self) -> bytes:
        """The bytes of the picture file (a .mat row comes as a BMP file).

        Raises:
            DataError: The file or the member is missing, leads out or cannot be read.
        """
        if self.root is not None and not is_below(os.path.realpath(self.path), self.root):
            raise DataError(f"{self.path}: leads out of the catalogue; {REMEDY}")
        if self.member is not None:
            if self.path.suffix.lower() == ".mat":
                from hierhash.data.matfile import pixel_row

                return pixel_row(self.path, self.member)
            return read_member(self.path, self.member)
        try:
            known = self.path.stat()
            # A device or a pipe may never end.
            if not stat.S_ISREG(known.st_mode) and not stat.S_ISDIR(known.st_mode):
                raise DataError(f"{self.path}: not a file; give the file of a picture")
            if known.st_size > LARGEST_FILE:
                raise DataError(
                    f"{self.path}: {known.st_size:,} bytes, more than the limit of "
                    f"{LARGEST_FILE:,}; scale the picture down"
                )
            return self.path.read_bytes()
        except OSError as error:
            raise DataError(
                f"{self.path}: cannot read the image ({error.strerror}); check the path"
            ) from None

    def open(self, max_pixels: int = DEFAULT_MAX_PIXELS) -> Image.Image:
        """The decoded picture: RGB, on white, upright.

        Raises:
            DataError: Missing, not a picture, damaged, or above ``max_pixels``.
        """
        return decode(self.read(), str(self), max_pixels)

    def shown(self, max_side: int = 160) -> bytes:
        """A small copy as a JPEG file, for reports: always a picture, whatever the file is.

        Args:
            max_side: Its longer side in pixels, at most.

        Raises:
            DataError: As for :meth:`open`.
        """
        picture = self.open()
        picture.thumbnail((max_side, max_side))
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=85)
        return buffer.getvalue()

    def __str__(self) -> str:
        """How messages name the picture."""
        return str(self.path) if self.member is None else f"{self.path}::{self.member}"


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
