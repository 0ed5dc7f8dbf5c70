"""Small pictures for tests."""

from __future__ import annotations

import io

from PIL import Image


def picture_bytes(colour: tuple[int, int, int] = (200, 30, 30), kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (6, 4), colour).save(buffer, kind)
    return buffer.getvalue()
