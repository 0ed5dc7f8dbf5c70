"""Feature rows of many items, batch by batch: pictures are read ahead, by one engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.data.catalogue import Catalogue
from hierhash.data.images import ImageRef
from hierhash.errors import DataError, InputError
from hierhash.exported.run import ExportedRun
from hierhash.features.engine import ONNX, TORCH, Engine, engine_for
from hierhash.features.reading_ahead import read_ahead
from hierhash.runs.coding_run import CodingRun
from hierhash.runs.indexing import BATCH

Note = Callable[[int, str, bool], None]
"""Row, what is wrong, and whether the item is kept nevertheless."""
Picture = NDArray[np.uint8] | DataError


@dataclass(frozen=True)
class Batch:
    """Rows of a catalogue, those of them that could be read, and the features of these."""

    rows: list[int]
    good: list[int]
    features: dict[str, Any]


@dataclass(frozen=True)
class BulkFeatures:
    """Reads items by a run; made by ``bulk_features``.

    Args:
        saved: The run.
        engine: What computes features of pictures; None where none are read.
    """

    saved: CodingRun
    engine: Engine | None

    @property
    def told(self) -> dict[str, str]:
        """What a manifest says of the engine."""
        if self.engine is None:
            return {}
        return {"engine": self.engine.name, "engine_why": self.engine.why}

    def batches(
        self, part: Catalogue, given: Sequence[str], rows: Sequence[int], note: Note
    ) -> Iterator[Batch]:
        """The rows in batches, in order.

        Args:
            part: Where the rows are.
            given: What of each is read, ``image``, ``text`` or both; all of the rows have it.
            rows: Their numbers.
            note: Told of each picture that cannot be read.
        """
        if "image" not in given:
            for start in range(0, len(rows), BATCH):
                batch = list(rows[start : start + BATCH])
                yield Batch(batch, batch, self._texts(part, given, batch))
            return
        assert self.engine is not None  # noqa: S101 - it was chosen for these rows
        found = [_image(part, row) for row in rows]
        with closing(read_ahead(found, self.saved.backbone.size)) as pictures:
            for start in range(0, len(rows), BATCH):
                batch = list(rows[start : start + BATCH])
                good, pixels = _read(batch, islice(pictures, len(batch)), "text" in given, note)
                features: dict[str, Any] = {}
                if good:
                    image = self.saved.fitting(self.engine.features(np.stack(pixels)))
                    features = {"image": image} | self._texts(part, given, good)
                yield Batch(batch, good, features)

    def _texts(self, part: Catalogue, given: Sequence[str], rows: Sequence[int]) -> dict[str, Any]:
        if "text" not in given:
            return {}
        return {"text": self.saved.text_rows([part.texts[row] or "" for row in rows])}


def bulk_features(
    saved: CodingRun, catalogue: Catalogue, modality: str, rows: Sequence[int], engine: str
) -> BulkFeatures:
    """Chooses what will read some rows of a catalogue.

    Args:
        saved: The run.
        catalogue: The items.
        modality: ``image``, ``text`` or ``both``.
        rows: The rows that will be read.
        engine: ``auto``, ``torch`` or ``onnx`` (``engine_for``).

    Raises:
        InputError: No such engine, or it cannot be had; or the run reads no pictures.
    """
    images = [image for row in rows if (image := catalogue.images[row]) is not None]
    if modality == "text" or not images:
        return BulkFeatures(saved, None)
    return BulkFeatures(saved, _engine(saved, images, engine))


def _engine(saved: CodingRun, images: Sequence[ImageRef], asked: str) -> Engine:
    if isinstance(saved, ExportedRun):
        if asked == TORCH:
            raise InputError(
                f"--engine: {saved.folder} is an exported run, which torch cannot run; leave the "
                "option out"
            )
        return Engine(ONNX, "an exported run", saved.backbone.features)
    return engine_for(saved.backbone, images, asked)


def _image(part: Catalogue, row: int) -> ImageRef:
    image = part.images[row]
    assert image is not None  # noqa: S101 - the group is of items with pictures
    return image


def _read(
    rows: Sequence[int], pictures: Iterator[Picture], has_text: bool, note: Note
) -> tuple[list[int], list[NDArray[np.uint8]]]:
    """The rows whose pictures could be read, and these; the others are noted, in order."""
    good, pixels = [], []
    for row, picture in zip(rows, pictures, strict=True):
        if isinstance(picture, DataError):
            note(row, f"{picture}{'; kept by its text' if has_text else ''}", has_text)
        else:
            good.append(row)
            pixels.append(picture)
    return good, pixels
