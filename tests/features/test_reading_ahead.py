"""Pictures are read by threads, in their order, and no further than they are wanted."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np
import pytest

from hierhash.data.images import ImageRef
from hierhash.errors import DataError
from hierhash.features import cache, reading_ahead
from hierhash.features.backbone import resize
from hierhash.features.cache import cached_image_features
from hierhash.features.reading_ahead import read_ahead, readable
from tests.features.small_net import SIZE, small_backbone, write_pictures


@pytest.fixture
def pictures(tmp_path):
    return write_pictures(tmp_path, 20)


@pytest.mark.parametrize("threads", [1, 3])
def test_pictures_come_in_order_and_a_broken_one_in_its_place(pictures, threads, monkeypatch):
    monkeypatch.setattr(reading_ahead, "AHEAD", 4)
    pictures[7].path.write_bytes(b"")
    found = list(read_ahead(pictures, SIZE, threads))
    assert len(found) == 20
    for row, (image, one) in enumerate(zip(pictures, found, strict=True)):
        if row == 7:
            assert isinstance(one, DataError)
            assert str(one) == f"{image}: the image file is empty; replace it"
        else:
            assert (one == resize(image.open(), SIZE)).all()


def test_no_more_are_read_than_may_wait(pictures, monkeypatch):
    monkeypatch.setattr(reading_ahead, "AHEAD", 4)
    real, asked = ThreadPoolExecutor.submit, []

    def submitting(self, read, image):
        asked.append(image)
        return real(self, read, image)

    monkeypatch.setattr(ThreadPoolExecutor, "submit", submitting)
    before = threading.active_count()
    with closing(read_ahead(pictures, SIZE, 2)) as found:
        next(found)
        assert asked == pictures[:4]
        next(found)
        assert asked == pictures[:5]
    assert asked == pictures[:5]
    assert threading.active_count() == before


def test_another_error_than_of_data_is_not_hidden(pictures, monkeypatch):
    def failing(self):
        raise MemoryError

    monkeypatch.setattr(ImageRef, "open", failing)
    with pytest.raises(MemoryError):
        list(read_ahead(pictures, SIZE, 2))


def test_a_sample_leaves_out_what_cannot_be_read(pictures):
    pictures[0].path.write_bytes(b"")
    assert readable(pictures, SIZE, 3).shape == (3, *SIZE, 3)
    assert readable(pictures[:1], SIZE, 3).shape == (0, *SIZE, 3)


def test_the_cache_holds_what_the_network_says_of_each_picture(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "BATCH", 8)
    backbone = small_backbone()
    rows = cached_image_features(pictures, backbone, tmp_path)
    each = np.concatenate([backbone([image.open()]) for image in pictures])
    np.testing.assert_allclose(rows, each, rtol=1e-5, atol=1e-6)


def test_the_first_broken_picture_ends_the_filling_of_the_cache(pictures, tmp_path):
    for row in (11, 5):
        pictures[row].path.write_bytes(b"")
    with pytest.raises(DataError, match=r"5\.png: the image file is empty"):
        cached_image_features(pictures, small_backbone(), tmp_path)
