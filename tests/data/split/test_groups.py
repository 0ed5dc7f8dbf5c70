"""What counts as the same item: equal pixels whatever the file, equal texts, a column."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hierhash.data.catalogue import Catalogue
from hierhash.data.images import ImageRef
from hierhash.data.split import groups as module
from hierhash.data.split.groups import duplicate_groups, groups_by, join_groups
from hierhash.errors import DataError


def catalogue_of(images: list[ImageRef | None]) -> Catalogue:
    n = len(images)
    return Catalogue("t", [str(row) for row in range(n)], images, [None] * n, [()] * n)


def saved(folder: Path, name: str, picture: Image.Image, **options: object) -> ImageRef:
    picture.save(folder / name, **options)
    return ImageRef(folder / name)


def noise(seed: int = 0, size: tuple[int, int] = (9, 7)) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def test_one_picture_in_several_encodings_is_one_group(tmp_path: Path) -> None:
    picture = noise()
    turned = Image.Exif()
    turned[0x0112] = 3  # to be shown upside down
    images = [
        saved(tmp_path, "a.png", picture),
        saved(tmp_path, "b.png", picture, compress_level=0),
        saved(tmp_path, "c.bmp", picture),
        saved(tmp_path, "d.tif", picture),
        saved(tmp_path, "e.png", picture.convert("RGBA")),
        saved(tmp_path, "f.png", picture.rotate(180), exif=turned),
        saved(tmp_path, "g.png", noise(1)),
        saved(tmp_path, "h.png", Image.fromarray(np.asarray(picture).reshape(9, 7, 3))),
    ]
    assert len({image.read() for image in images}) == len(images)
    assert duplicate_groups(catalogue_of([*images])).tolist() == [0, 0, 0, 0, 0, 0, 1, 2]
    assert duplicate_groups(catalogue_of([*images]), pixels=False).tolist() == list(range(8))


def test_what_cannot_be_decoded_is_compared_by_its_bytes(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("1", (9000, 9000)).save(buffer, "PNG")  # above the limit of pixels
    for name, content in [("1", b"cut"), ("2", b"cut"), ("3", b"other")]:
        (tmp_path / name).write_bytes(content)
    for name in ("4", "5"):
        (tmp_path / name).write_bytes(buffer.getvalue())
    images = [ImageRef(tmp_path / name) for name in "12345"]
    gone = ImageRef(tmp_path / "gone")
    assert duplicate_groups(catalogue_of([*images, gone, gone, None])).tolist() == [
        0, 0, 1, 2, 2, 3, 4, 5,
    ]  # fmt: skip


def test_a_file_that_repeats_is_decoded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = []
    decode = module.decode
    monkeypatch.setattr(module, "decode", lambda *given: decoded.append(given[1]) or decode(*given))
    image = saved(tmp_path, "a.png", noise())
    keys = module.picture_keys([image] * 20, workers=1)
    assert len(set(keys)) == len(decoded) == 1


@given(st.lists(st.lists(st.integers(0, 11), min_size=1, max_size=4), max_size=8))
def test_sets_that_overlap_join_and_numbers_rise(sets: list[list[int]]) -> None:
    groups = join_groups(12, sets)
    for rows in sets:
        assert len(set(groups[rows])) == 1
    firsts = [int(groups[row]) for row in range(12) if groups[row] not in groups[:row]]
    assert firsts == list(range(len(firsts)))
    # No more is joined than must be: merge by hand.
    parts = [{row} for row in range(12)]
    for rows in sets:
        touched = [part for part in parts if part & set(rows)]
        parts = [part for part in parts if part not in touched] + [set().union(*touched)]
    assert len(parts) == len(firsts)


def test_a_column_keeps_items_together() -> None:
    shop = Catalogue(
        "shop", list("abcd"), [None] * 4, ["same"] * 4, [()] * 4, {"maker": ["x", "", "x", ""]}
    )
    assert groups_by(shop, "maker").tolist() == [0, 1, 0, 2]
    assert groups_by(shop, "none").tolist() == [0, 1, 2, 3]
    assert groups_by(shop).tolist() == [0, 0, 0, 0]
    with pytest.raises(DataError, match=r"shop: no column 'makr'; did you mean 'maker'\?"):
        groups_by(shop, "makr")
