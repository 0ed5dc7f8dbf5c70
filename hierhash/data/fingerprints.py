"""What tells two pictures apart: the decoded pixels, so that one picture saved twice is one.

A PNG, a BMP and another PNG of the same pixels have the same key, whatever their bytes. A picture
that is damaged or above the limit of pixels is compared by its bytes; one that cannot be read at
all is like no other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from hierhash.data.decode import decode
from hierhash.data.records import ImageRef
from hierhash.errors import DataError


def picture_keys(images: Sequence[ImageRef | None], workers: int = 4) -> list[bytes | None]:
    """One key per picture: equal where the pictures are; None where there is none to read.

    Args:
        images: n pictures or None.
        workers: Threads that read and decode.
    """
    known: dict[bytes, bytes] = {}
    lock = Lock()

    def key(image: ImageRef | None) -> bytes | None:
        if image is None:
            return None
        try:
            content = image.read()
        except DataError:
            return None
        by_bytes = hashlib.sha256(content).digest()
        with lock:
            found = known.get(by_bytes)
        if found is None:  # a file that repeats byte for byte is decoded once
            found = _of_pixels(content, str(image)) or by_bytes
            with lock:
                known[by_bytes] = found
        return found

    with ThreadPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(key, images))


def _of_pixels(content: bytes, name: str) -> bytes | None:
    try:
        picture = decode(content, name)
    except DataError:
        return None
    size = f"{picture.width}x{picture.height};".encode()
    return hashlib.sha256(size + picture.tobytes()).digest()
