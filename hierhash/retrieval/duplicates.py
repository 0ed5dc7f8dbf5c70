"""Items that are nearly the same: pictures alike to the eye, or the same words without pictures.

Codes cannot tell: all dresses of a kind have nearly one. So pictures are compared as pictures:
those whose colours agree in each of 8 x 8 fields are looked at once more in copies of 32 x 32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hierhash.data.images import ImageRef
from hierhash.data.split.groups import join_groups
from hierhash.errors import DataError

FIELDS, MOST_BETWEEN = 8, 6.0
"""Fields of a side, and how far apart their colours may be, of 255: the root of the mean square."""
SIDE, MOST_APART = 32, 48
"""Side of the small copies, and how far apart their colours may be where they differ most, of 255:
a playing card of other suits is no copy, a picture that was made smaller or saved anew is."""
BLOCK = 2048


class Duplicates(NamedTuple):
    """What was found.

    Args:
        groups: Places of the items of each group of two or more, in the order of the items.
        unread: How many pictures could not be read.
    """

    groups: list[list[int]]
    unread: int


def duplicates(
    items: Sequence[Mapping[str, Any]], advance: Callable[[int], None] = lambda _: None
) -> Duplicates:
    """Groups of items that are nearly the same, directly or through others.

    Items without a picture that can be read are alike by their words, whatever their case and
    spaces. Memory: 3 kB an item.

    Args:
        items: Their metadata.
        advance: Called with the number of items that were looked at.
    """
    small = np.zeros((len(items), SIDE, SIDE, 3), dtype=np.uint8)
    seen = np.zeros(len(items), dtype=bool)
    for place, item in enumerate(items):
        picture = _picture(item)
        if picture is not None:
            seen[place] = True
            small[place] = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX))
        advance(1)
    places = np.flatnonzero(seen)
    words = _same_words(items, np.flatnonzero(~seen))
    groups = join_groups(len(items), [*_alike(places, small[places]), *words])
    found: dict[int, list[int]] = {}
    for place, group in enumerate(groups.tolist()):
        found.setdefault(group, []).append(place)
    unread = sum(bool(item.get("image")) for item in items) - len(places)
    return Duplicates([own for own in found.values() if len(own) > 1], unread)


def _picture(item: Mapping[str, Any]) -> Image.Image | None:
    if not item.get("image"):
        return None
    try:
        return ImageRef.named(item["image"]).open()
    except DataError:
        return None


def _alike(places: NDArray[np.int64], small: NDArray[np.uint8]) -> Iterable[list[int]]:
    """Sets of places of pictures that are alike."""
    if not len(small):
        return
    flat = small.reshape(len(small), -1)
    # The same picture many times, as "no photo yet" is, is compared once.
    _, first, same = np.unique(flat, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(same.reshape(-1), kind="stable")
    for own in np.split(order, np.flatnonzero(np.diff(same.reshape(-1)[order])) + 1):
        yield places[own].tolist()
    yield from _near(places[first], small[first])


def _near(places: NDArray[np.int64], small: NDArray[np.uint8]) -> Iterable[list[int]]:
    """Of each picture its place and those of later ones that are alike."""
    import faiss

    step = SIDE // FIELDS
    parts = small.reshape(len(small), FIELDS, step, FIELDS, step, 3)
    fields = parts.mean(axis=(2, 4), dtype=np.float32).reshape(len(small), -1)
    index = faiss.IndexFlatL2(fields.shape[1])
    index.add(fields)
    radius = fields.shape[1] * MOST_BETWEEN**2
    for start in range(0, len(places), BLOCK):
        limits, _, found = index.range_search(fields[start : start + BLOCK], radius)
        for own, (begin, end) in enumerate(pairwise(limits), start=start):
            others = found[begin:end][found[begin:end] > own]
            apart = np.abs(small[others].astype(np.int16) - small[own].astype(np.int16))
            alike = others[apart.mean(axis=3).max(axis=(1, 2)) <= MOST_APART]
            yield [int(places[own]), *places[alike].tolist()]


def _same_words(
    items: Sequence[Mapping[str, Any]], places: NDArray[np.int64]
) -> Iterable[list[int]]:
    rows: dict[str, list[int]] = {}
    for place in places.tolist():
        if words := " ".join((items[place]["text"] or "").lower().split()):
            rows.setdefault(words, []).append(place)
    return rows.values()
