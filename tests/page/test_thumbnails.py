"""Small pictures stay small whatever the picture."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from hierhash.page.thumbnails import LARGEST, SIDE, thumbnail, thumbnails


@pytest.mark.parametrize("size", [(640, 480), (30, 900), (8, 8)])
def test_even_noise_is_small(size):
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    small = thumbnail(Image.fromarray(pixels))
    assert len(small) <= LARGEST
    assert max(Image.open(io.BytesIO(small)).size) <= SIDE


def test_pictures_that_are_gone_or_broken_are_none(tmp_path):
    (tmp_path / "broken.png").write_bytes(b"no picture")
    Image.new("RGB", (200, 100), "blue").save(tmp_path / "good.png")
    places = [None, str(tmp_path / "gone.png"), str(tmp_path / "broken.png")]
    *none, good = thumbnails([*places, str(tmp_path / "good.png")])
    assert none == ["", "", ""]
    assert Image.open(io.BytesIO(base64.b64decode(good))).format == "WEBP"
