"""Pictures that are sent, and small copies of those of the index."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pytest
from PIL import Image, ImageFile

from hierhash.errors import DataError
from hierhash.serving.pictures import Thumbnails, TooLarge, opened
from tests.serving.test_app import picture, refused


def bomb(width, height):
    """A PNG of so many pixels that is told by its header alone."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind, content):
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def moving():
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), (part, 0, 0)) for part in (10, 200)]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def many_pages(width, height, pages):
    """A TIFF of so many pages of one pixel strip, the first of such a size."""
    tags = [(256, width), (257, height), (258, 8), (259, 1), (262, 1)]
    tags += [(273, 8), (277, 1), (278, height), (279, width * height)]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    page = struct.pack("<H", len(tags)) + entries
    places = [16 + (len(page) + 4) * number for number in range(1, pages)] + [0]
    head = b"II*\0" + struct.pack("<I", 16) + bytes(8)
    return head + b"".join(page + struct.pack("<I", place) for place in places)


@pytest.mark.parametrize(("size", "kind"), [((2, 2), DataError), ((200, 200), TooLarge)])
def test_pages_are_not_counted(size, kind):
    content = many_pages(*size, 5000)
    began = time.process_time()
    with pytest.raises(DataError) as told:
        opened(content, 1000)
    assert type(told.value) is kind
    assert ("moves" in str(told.value)) == (kind is DataError)
    assert time.process_time() - began < 0.3


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_still_picture_of_any_kind_is_decoded_as_it_is(kind):
    content = picture(size=(8, 4), kind=kind)
    plain = Image.open(io.BytesIO(content)).convert("RGB")
    assert opened(content, 1000).tobytes() == plain.tobytes()


def test_a_page_alone_is_a_picture():
    assert opened(many_pages(2, 2, 1), 1000).size == (2, 2)


def test_a_picture_is_decoded_upright_and_rgb():
    assert opened(picture(), 1000).mode == "RGB"
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = opened(picture(size=(8, 4), kind="JPEG", exif=exif), 1000)
    assert turned.size == (4, 8)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        picture(size=(64, 64), kind="JPEG")[:400],
        moving(),
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
    ],
)
def test_what_is_no_still_picture_is_refused(content):
    with pytest.raises(DataError) as told:
        opened(content, 1000)
    assert not isinstance(told.value, TooLarge)


@pytest.mark.parametrize("size", [(101, 10), (60_000, 60_000), (10_000, 9_000)])
def test_too_many_pixels_are_refused_before_anything_is_decoded(size, monkeypatch):
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(TooLarge):
        opened(bomb(*size), 1000)


def test_the_server_says_so(make_client):
    client = make_client(pixels=1000)

    def sent(content):
        return client.post("/api/search", files={"picture": ("p", content, "image/png")})

    assert "more than 1,000 pixels" in refused(sent(bomb(60_000, 60_000)), 413)
    assert "moves" in refused(sent(moving()), 400)
    assert "not a picture" in refused(sent(b"x"), 400)


def test_a_small_copy_is_a_jpeg_with_an_etag(client):
    answered = client.get("/api/picture?id=i0&size=96")
    assert answered.status_code == 200
    assert answered.headers["content-type"] == "image/jpeg"
    assert max(Image.open(io.BytesIO(answered.content)).size) <= 96
    assert answered.headers["cache-control"] == "private, max-age=3600"
    known = {"If-None-Match": answered.headers["etag"]}
    assert client.get("/api/picture?id=i0&size=96", headers=known).status_code == 304


def test_only_pictures_of_the_index_are_served(client, trained):
    for own in (
        "nobody",
        "",
        "../shop/0.png",
        str(trained / "shop" / "0.png"),
        "i0\0",
        "/etc/passwd",
    ):
        refused(client.get("/api/picture", params={"id": own}), 404)
    refused(client.get("/api/picture?id=i0&size=97"), 422)
    refused(client.get("/api/picture"), 422)


def test_one_that_is_gone_damaged_or_huge_is_not_found(tmp_path):
    small = Thumbnails(1000)
    for name, content in (("damaged.png", b"x"), ("huge.png", bomb(60_000, 60_000))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError):
            small.small(str(tmp_path / name), 96)
    with pytest.raises(DataError):
        small.small(str(tmp_path / "gone.png"), 96)
    with pytest.raises(DataError):
        small.small("\0", 96)


def test_copies_are_kept_up_to_a_bound_and_made_again_for_a_new_file(tmp_path):
    places = [tmp_path / f"{name}.png" for name in range(4)]
    for place in places:
        place.write_bytes(picture(size=(64, 64)))
    one = len(Thumbnails(10_000).small(str(places[0]), 96).content)
    small = Thumbnails(10_000, held=2 * one)
    kept = [small.small(str(place), 96) for place in places]
    assert small._bytes <= 2 * one
    assert small.small(str(places[3]), 96) is kept[3]
    places[3].write_bytes(picture((0, 200, 0), size=(65, 64)))
    assert small.small(str(places[3]), 96).etag != kept[3].etag
    places[3].unlink()
    with pytest.raises(DataError, match="gone"):
        small.small(str(places[3]), 96)
