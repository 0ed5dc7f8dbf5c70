"""Copies of pictures are found, other pictures are not, and words stand in where there are none."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from hierhash.retrieval.duplicates import duplicates


@pytest.fixture
def pictures(tmp_path):
    random = np.random.default_rng(0)
    made = []
    for number in range(6):
        pixels = random.integers(0, 256, (12, 12, 3), dtype=np.uint8)
        picture = Image.fromarray(pixels).resize((160, 120), Image.Resampling.BICUBIC)
        made.append(picture.filter(ImageFilter.GaussianBlur(2)))
        made[-1].save(tmp_path / f"{number}.png")
    made[2].save(tmp_path / "anew.jpg", quality=70)
    made[2].resize((96, 72)).save(tmp_path / "small.jpg", quality=85)
    made[4].convert("L").save(tmp_path / "grey.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    return tmp_path


def item(place, text=None):
    return {"id": str(place), "text": text, "paths": [], "image": place and str(place)}


def test_a_picture_that_was_saved_anew_is_found_and_another_is_not(pictures):
    names = ["0.png", "2.png", "grey.png", "4.png", "anew.jpg", "broken.png", "small.jpg", "gone"]
    seen = []
    found = duplicates([item(pictures / name) for name in names], seen.append)
    assert found == ([[1, 4, 6]], 2)
    assert sum(seen) == len(names)


def test_items_without_pictures_are_alike_by_their_words(pictures):
    items = [
        item(None, "Red  Hat"),
        item(None, "red hat"),
        item(None, None),
        item(None, ""),
        item(pictures / "0.png", "red hat"),
        item(None, "hat"),
    ]
    assert duplicates(items) == ([[0, 1]], 0)
    assert duplicates([]) == ([], 0)


def test_a_picture_of_many_items_is_compared_once(pictures):
    items = [item(pictures / "0.png") for _ in range(3000)]
    assert duplicates(items) == ([list(range(3000))], 0)


def test_items_of_pictures_that_cannot_be_read_are_alike_by_their_words(pictures):
    items = [item(pictures / "gone.png", "hat"), item(pictures / "broken.png", "Hat")]
    assert duplicates(items) == ([[0, 1]], 2)
