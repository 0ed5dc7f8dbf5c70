"""One item of an index and one answer: what is known of an item, line by line, and checks of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coarse_to_fine import CoarseToFine
from hierhash.codes.distances import Distance, Dot, Hamming, TreeDistance, class_numbers
from hierhash.codes.packing import packed_width
from hierhash.codes.product_quantiser import Factored, Lookup
from hierhash.codes.tabled import TabledHamming
from hierhash.codes.weighted_hamming import WeightedHamming
from hierhash.errors import InputError, RunError


class Ranked(NamedTuple):
    """Answers in their order, before anything is read of the items; see ``Hit``.

    Args:
        rows: int64 (m,).
        distances: Whole numbers (m,); None where items are float vectors.
        scores: float32 (m,); None in canonical order.
    """

    rows: NDArray[np.int64]
    distances: NDArray[Any] | None
    scores: NDArray[np.float32] | None

    @property
    def keys(self) -> NDArray[Any]:
        """What they are in order by, the largest first: scores, or distances below zero."""
        if self.scores is not None:
            return self.scores
        assert self.distances is not None  # noqa: S101 - items have one of both
        return -self.distances.astype(np.float64)

    def after(self, skip: int) -> Ranked:
        """Those after the first."""
        return Ranked(*(None if one is None else one[skip:] for one in self))  # type: ignore[arg-type]

    def hits(self, items: Sequence[dict[str, Any]]) -> list[Hit]:
        """The answers with what is known of each item."""
        none = [None] * len(self.rows)
        distances = none if self.distances is None else self.distances.tolist()
        scores = none if self.scores is None else self.scores.tolist()
        return list(map(Hit, items, distances, scores, self.rows.tolist()))


@dataclass(frozen=True)
class Hit:
    """One answer.

    Args:
        item: The item's metadata: id, text, paths, image.
        distance: The whole-number distance: differing bits, or levels; None where items are float
            vectors.
        score: The score it was ordered by; None in canonical order.
        row: Its place in the index.
    """

    item: dict[str, Any]
    distance: int | None
    score: float | None
    row: int = -1


def check_answers(name: str, k: int) -> None:
    """Refuses what is no number of answers.

    Raises:
        InputError: It is none.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 0:
        raise InputError(f"{name}: {k!r} is not a number of answers; give 0 or more")


def metadata_lines(items: Sequence[dict[str, Any]]) -> list[bytes]:
    """Metadata as an index keeps it, one line of JSON an item."""
    return [json.dumps(item, ensure_ascii=False).encode() for item in items]


def checked_item(line: bytes, where: str) -> dict[str, Any]:
    """The metadata of one line.

    Raises:
        RunError: It is not the metadata of an item.
    """
    try:
        item = json.loads(line)
        good = (
            isinstance(item["id"], str)
            and isinstance(item["text"], str | None)
            and isinstance(item.get("image"), str | None)
            and all(isinstance(name, str) for path in item["paths"] for name in path)
            and all(isinstance(path, list) and path for path in item["paths"])
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        good = False
    if not good:
        raise RunError(f"{where}: lacks one of id, text, paths; build the index again")
    return dict(item)


def code_problem(codes: NDArray[Any], distance: Distance) -> str:
    """What keeps an array from being what a distance compares; nothing when nothing does.

    Example:
        >>> from hierhash.codes.distances import Hamming
        >>> code_problem(np.zeros((3, 2), np.uint8), Hamming(8))
        'does not hold codes of 8 bits (1 byte each)'
    """
    if isinstance(distance, Dot):
        good = codes.dtype == np.float32 and codes.ndim == 2 and codes.shape[1] == distance.width
        return "" if good else f"does not hold vectors of {distance.width} numbers"
    width = 0
    if isinstance(distance, Hamming | WeightedHamming | TabledHamming):
        width = packed_width(distance.bits)
    width = distance.width if isinstance(distance, Lookup | Factored | CoarseToFine) else width
    is_bytes = codes.dtype == np.uint8 and codes.ndim == 2
    if isinstance(distance, TreeDistance):
        leaves = distance.ancestors.shape[1]
        good = is_bytes and codes.shape[1] in (1, 2)
        if good and (not len(codes) or int(class_numbers(codes).max()) < leaves):
            return ""
        return f"does not hold numbers of {leaves} classes"
    if is_bytes and codes.shape[1] == width:
        return ""
    bytes_each = f"{width} byte{'s' if width > 1 else ''} each"
    bits = distance.bits if isinstance(distance, Hamming) else 8 * width
    return f"does not hold codes of {bits} bits ({bytes_each})"
