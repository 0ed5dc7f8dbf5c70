"""Whether graphs code items as the run does: how many bits differ, and how near a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coding import ExpectedCode, fused
from hierhash.codes.packing import packed_width, unpack
from hierhash.data.catalogue import Catalogue
from hierhash.errors import HierhashError
from hierhash.exported.run import ExportedRun
from hierhash.exporting.graphs import codings_of
from hierhash.features.reading_ahead import readable
from hierhash.methods.method import Rows, only_modality
from hierhash.methods.parts import parts_of
from hierhash.runs.saved import SavedRun

NEAR = 1e-3
"""How far from its threshold the value of a bit may lie that another engine sets otherwise."""
MOST = 1e-3
"""Share of bits that may differ: more is no rounding, however near their values are."""
BATCH = 64
PLURALS = {"picture": "pictures", "text": "texts", "pair": "pairs of both"}
ITEMS, MADE_UP = "items of its own data", "made-up items, for its data are gone"


@dataclass
class Agreement:
    """What came of a comparison.

    Args:
        source: What the items are, in words.
        items: Number of pictures, of texts, and of pairs of a picture and a text.
        bits: Bits that were compared.
        differing: Those that differ.
        farthest: The largest distance of a differing bit's value from its threshold.
    """

    source: str
    items: dict[str, int] = field(default_factory=dict)
    bits: int = 0
    differing: int = 0
    farthest: float = 0.0

    def add(self, word: str, wrong: NDArray[np.bool_], values: NDArray[Any]) -> None:
        """Counts some items.

        Args:
            word: What they are: ``picture``.
            wrong: (n, bits), whether a bit differs.
            values: (n, bits), what the run takes the signs of.
        """
        self.items[word] = self.items.get(word, 0) + len(wrong)
        self.bits += wrong.size
        self.differing += int(wrong.sum())
        self.farthest = max(self.farthest, float(np.abs(values[wrong]).max(initial=0.0)))

    @property
    def is_good(self) -> bool:
        """Whether what differs is rounding."""
        return self.farthest <= NEAR and self.differing <= MOST * self.bits

    def told(self) -> dict[str, Any]:
        """As a manifest says it."""
        return asdict(self)

    def words(self) -> str:
        """As a person is told.

        Example:
            >>> Agreement("items", {"picture": 1, "text": 2}, 96).words()
            "0 of 96 bits differ from the run's (1 picture, 2 texts)"
        """
        counted = ", ".join(
            f"{count:,} {word if count == 1 else PLURALS[word]}"
            for word, count in self.items.items()
        )
        return f"{self.differing:,} of {self.bits:,} bits differ from the run's ({counted})"


@dataclass(frozen=True)
class Compared:
    """Items that are coded twice.

    Args:
        pixels: uint8 (n, height, width, 3), resized already.
        texts: Texts.
        source: What they are, in words.
    """

    pixels: NDArray[np.uint8]
    texts: Sequence[str]
    source: str


def some_items(saved: SavedRun, catalogue: Catalogue | None, n: int) -> Compared:
    """Items to compare.

    Args:
        saved: The run.
        catalogue: Its data, of which the first are taken; None makes some up.
        n: How many pictures and how many texts.
    """
    reads_texts = "text" in saved.modalities
    size = saved.backbone.size if "image" in saved.modalities else None
    if catalogue is None:
        rng = np.random.default_rng(0)
        pixels = rng.integers(0, 256, (n if size else 0, *(size or (1, 1)), 3), dtype=np.uint8)
        names = [name for path in saved.tree.leaves for name in path]
        return Compared(pixels, names[:n] if reads_texts else [], MADE_UP)
    images = [] if size is None else [image for image in catalogue.images if image is not None]
    pixels = readable(images, size or (1, 1), n)
    texts = (text for text in catalogue.texts if text is not None and reads_texts)
    return Compared(pixels, list(islice(texts, n)), ITEMS)


def agreement(saved: SavedRun, exported: ExportedRun, items: Compared) -> Agreement:
    """Codes items by a run and by its export: pictures, texts and, of methods that fuse, both.

    Raises:
        HierhashError: They code them otherwise.
    """
    found = Agreement(items.source)
    for start in range(0, max(len(items.pixels), len(items.texts)), BATCH):
        pixels, texts = items.pixels[start : start + BATCH], items.texts[start : start + BATCH]
        own: dict[str, Any] = {}
        ours: dict[str, Any] = {}
        if len(pixels):
            own["image"] = saved.backbone.features(pixels)
            ours["image"] = exported.backbone.features(pixels)
        if texts:
            own["text"], ours["text"] = saved.text_rows(texts), exported.text_rows(texts)
        for modality, word in (("image", "picture"), ("text", "text")):
            if modality in own:
                pair = {modality: own[modality]}, {modality: ours[modality]}
                found.add(word, *apart(saved, exported, *pair))
        if saved.method.fuses and len(own) > 1:
            n = min(len(pixels), len(texts))
            cut = [{one: rows[:n] for one, rows in both.items()} for both in (own, ours)]
            found.add("pair", *apart(saved, exported, *cut))
    if not found.is_good:
        raise HierhashError(
            f"{saved.folder}: its graphs give other codes: {found.words()}, up to "
            f"{found.farthest:.1e} from a threshold; update onnx, onnxscript and onnxruntime"
        )
    return found


def apart(
    saved: SavedRun, exported: ExportedRun, rows: Rows, ours: Rows
) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    """Which bits of items differ, bool (n, bits), and what the run takes the signs of.

    Args:
        saved: The run.
        exported: Its export.
        rows: Feature rows of the items by modality.
        ours: What the export reads of the same items.
    """
    first = _bits(saved, saved.method.encode(rows, "database").codes)
    second = _bits(saved, exported.method.encode(ours, "database").codes)
    return first != second, values_of(saved, rows)


def values_of(saved: SavedRun, rows: Rows) -> NDArray[Any]:
    """What a run takes the signs of, (n, bits)."""
    codings, found = codings_of(saved), []
    for name, part in parts_of(saved.method).items():
        coding: Any = codings[name]
        network: Any = part
        given = {one: network.outputs({one: own}) for one, own in rows.items()}
        if isinstance(coding, ExpectedCode):
            posteriors = [coding.posterior(outputs, one) for one, outputs in given.items()]
            found.append(coding.values_of(fused(posteriors) if len(given) > 1 else posteriors[0]))
        else:
            modality, outputs = only_modality(given)
            found.append(coding.values(outputs, modality))
    return np.concatenate(found, axis=1)


def _bits(saved: SavedRun, codes: Any) -> NDArray[np.int8]:
    """The bits of packed codes, without padding."""
    start, found = 0, []
    for segment in saved.method.layout():
        width = packed_width(segment.bits)
        found.append(unpack(codes[:, start : start + width], segment.bits))
        start += width
    return np.concatenate(found, axis=1)
