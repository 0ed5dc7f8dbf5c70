"""Pictures in and out: what is sent is checked before it is decoded, what is given is small."""

from __future__ import annotations

import io
import os
from collections import OrderedDict
from enum import IntEnum
from hashlib import sha256
from threading import Lock
from typing import NamedTuple

from PIL import Image

from hierhash.data.images import ImageRef, as_rgb
from hierhash.errors import DataError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
"""What is decoded; other formats of Pillow run other programs, or are read by nobody's camera."""


class Size(IntEnum):
    """Pixels of the longer side of a small copy."""

    SMALL = 96
    MIDDLE = 256
    LARGE = 1024


HELD = 64 * 1024 * 1024
"""Bytes of thumbnails that are kept."""
MEDIA_TYPE = "image/jpeg"


class TooLarge(DataError):  # noqa: N818 - what is wrong, as its status says it
    """A picture has more pixels than may be sent."""


class Thumbnail(NamedTuple):
    """A small picture and a word that changes with it."""

    content: bytes
    etag: str


def opened(content: bytes, pixels: int) -> Image.Image:
    """A picture that somebody sent, RGB and upright.

    Args:
        content: The bytes of the file.
        pixels: Larger ones are refused, from the header, before anything is unpacked.

    Raises:
        TooLarge: It has more pixels.
        DataError: It is no picture, damaged, or moves.
    """
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        width, height = image.size
    except Image.DecompressionBombError:
        raise TooLarge(_too_large(pixels)) from None
    except Exception:  # readers of formats raise many kinds
        known = ", ".join(FORMATS)
        raise DataError(f"picture: not a picture that can be read; send one of {known}") from None
    if width * height > pixels:
        raise TooLarge(_too_large(pixels))
    try:
        moves = _moves(image)
        still = image if moves else as_rgb(image)
    except Exception:
        raise DataError("picture: it is damaged; send another") from None
    if moves:
        raise DataError("picture: it moves; send a still picture")
    return still


def _moves(image: Image.Image) -> bool:
    """Whether there is a second picture; the others are not counted, which takes long for many."""
    if image.format == "MPO":
        return False  # cameras put a second view into a JPEG; the first is the picture
    try:
        image.seek(1)
    except EOFError:
        return False
    return True


def _too_large(pixels: int) -> str:
    return f"picture: more than {pixels:,} pixels; send a smaller one"


class Thumbnails:
    """Small copies of the pictures of an index; those asked for last are kept.

    Args:
        pixels: Larger pictures are not decoded.
        held: Bytes that are kept.
    """

    def __init__(self, pixels: int, held: int = HELD) -> None:
        self._pixels, self._most, self._bytes = pixels, held, 0
        self._held: OrderedDict[tuple[object, ...], Thumbnail] = OrderedDict()
        self._lock = Lock()

    def small(self, place: str, size: int) -> Thumbnail:
        """A JPEG of a picture, its longer side ``size`` pixels at most.

        Args:
            place: The picture, as an index names it.
            size: Pixels of its longer side.

        Raises:
            DataError: It is gone, damaged or too large.
        """
        ref = ImageRef.named(place)
        try:
            known = os.stat(ref.path)
        except (OSError, ValueError):
            raise DataError(f"{ref}: the picture is gone") from None
        key = (place, size, known.st_mtime_ns, known.st_size)
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = self._made(ref, size)
        with self._lock:
            if key not in self._held:
                self._held[key] = made
                self._bytes += len(made.content)
            while self._bytes > self._most:
                self._bytes -= len(self._held.popitem(last=False)[1].content)
        return made

    def _made(self, ref: ImageRef, size: int) -> Thumbnail:
        content = ref.read()
        try:
            image = Image.open(io.BytesIO(content))
            if image.size[0] * image.size[1] > self._pixels:
                raise DataError(f"{ref}: more than {self._pixels:,} pixels")
            # A JPEG is read at a fraction of its size where that is enough.
            image.draft("RGB", (2 * size, 2 * size))
            small = as_rgb(image)
            small.thumbnail((size, size))
            buffer = io.BytesIO()
            small.save(buffer, "JPEG", quality=85)
        except DataError:
            raise
        except Exception:
            raise DataError(f"{ref}: not a picture that can be read") from None
        made = buffer.getvalue()
        return Thumbnail(made, f'"{sha256(made).hexdigest()[:16]}"')
