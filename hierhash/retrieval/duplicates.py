"""Items that are nearly the same: pictures alike to the eye, or the same words without pictures.

Codes cannot tell: all dresses of a kind have nearly one. So pictures are compared as pictures:
those whose colours agree in each of 8 x 8 fields are looked at once more in copies of 32 x 32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

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


def duplicates(
    items: Sequence[Mapping[str, Any]], advance: Callable[[int], None] = lambda _: None
) -> list[list[int]]:
    """Groups of items that are nearly the same, directly or through others.

    A picture that cannot be read is like no other; items without one are alike by their words,
    whatever their case and spaces. Memory: 3 kB an item.

    Args:
        items: Their metadata.
        advance: Called with the number of items that were looked at.

    Returns:
        Places of the items of each group of two or more, in the order of the items.
    """
    small = np.zeros((len(items), SIDE, SIDE, 3), dtype=np.uint8)
    seen = []
    for place, item in enumerate(items):
        picture = _picture(item)
        if picture is not None:
            seen.append(place)
            small[place] = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX))
        advance(1)
    places = np.array(seen, dtype=np.int64)
    sets = [*_alike(places, small[places]), *_same_words(items)]
    groups = join_groups(len(items), sets)
    found: dict[int, list[int]] = {}
    for place, group in enumerate(groups.tolist()):
        found.setdefault(group, []).append(place)
    return [own for own in found.values() if len(own) > 1]


def _picture(item: Mapping[str, Any]) -> Image.Image | None:
    if not item.get("image"):
        return None
    try:
        return ImageRef.named(item["image"]).open()
    except DataError:
        return None


def _alike(places: NDArray[np.int64], small: NDArray[np.uint8]) -> Iterable[list[int]]:
    """Pairs of places of pictures that are alike."""
    if len(places) < 2:
        return
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
            for other in others[apart.mean(axis=3).max(axis=(1, 2)) <= MOST_APART].tolist():
                yield [int(places[own]), int(places[other])]


def _same_words(items: Sequence[Mapping[str, Any]]) -> list[list[int]]:
    rows: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        words = " ".join((item["text"] or "").lower().split())
        if words and not item.get("image"):
            rows.setdefault(words, []).append(place)
    return [own for own in rows.values() if len(own) > 1]
