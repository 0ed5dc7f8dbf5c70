"""Small copies of pictures that take next to nothing: WebP, 96 pixels, at most 800 bytes each."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from PIL import Image

from hierhash.data.images import ImageRef
from hierhash.errors import DataError

SIDE, LARGEST = 96, 800
TRIES = ((SIDE, 50), (SIDE, 30), (SIDE, 15), (SIDE, 5), (64, 20), (64, 5), (48, 5), (32, 5))
"""Sides and qualities, the best first; what is too large at all of them keeps the last."""
WORKERS = 4


def thumbnails(places: Sequence[str | None]) -> Iterator[str]:
    """Each picture's small copy in base64; "" where there is none or it cannot be read.

    Args:
        places: Where the pictures are, as an index names them.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        yield from pool.map(_of_place, places)


def _of_place(place: str | None) -> str:
    if not place:
        return ""
    try:
        picture = ImageRef.named(place).open()
    except DataError:
        return ""
    return base64.b64encode(thumbnail(picture)).decode()


def thumbnail(picture: Image.Image) -> bytes:
    """A WebP file of at most LARGEST bytes, as good as that allows.

    Example:
        >>> small = thumbnail(Image.new("RGB", (400, 200), "red"))
        >>> Image.open(io.BytesIO(small)).size, len(small) <= LARGEST
        ((96, 48), True)
    """
    content = b""
    for side, quality in TRIES:
        small = picture.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        small.save(buffer, "WEBP", quality=quality, method=4)
        content = buffer.getvalue()
        if len(content) <= LARGEST:
            break
    return content
