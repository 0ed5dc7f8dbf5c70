"""Each kind of bad row gives one clear line that says what happens to it."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from hierhash.data.check import check
from hierhash.data.readers.imagefolder import read_imagefolder
from hierhash.labels import LabelTree
from tests.data.small_pictures import picture_bytes

TREE = LabelTree.from_nested({"Wear": ["Hats", "Shoes"]}, name="t")


def bomb() -> bytes:
    """A PNG whose header says 50,000 x 50,000 pixels."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    crc = struct.pack(">I", zlib.crc32(b"IHDR" + header))
    data = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header + crc + data


def large() -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (9000, 9000)).save(buffer, "PNG")
    return buffer.getvalue()


CUT = picture_bytes(kind="BMP")[:70]

BAD_ROWS = [
    (
        '{"id": "x", "file_name": "no.png", "text": "t"}',
        None,
        "image 'no.png' does not exist",
        "kept without image",
    ),
    (
        '{"id": "x", "file_name": "../../etc/passwd", "text": "t"}',
        None,
        "leads out of the catalogue",
        "kept without image",
    ),
    (
        '{"id": "x", "file_name": "x.png", "text": "t"}',
        b"no picture",
        "not a picture",
        "kept without image",
    ),
    ('{"id": "x", "file_name": "x.png", "text": "t"}', b"", "is empty", "kept without image"),
    ('{"id": "x", "file_name": "x.png", "text": "t"}', CUT, "damaged", "kept without image"),
    ('{"id": "x", "file_name": "x.png", "text": "t"}', bomb(), "larger than", "kept without image"),
    (
        '{"id": "x", "file_name": "x.png", "text": "t"}',
        large(),
        "9000 x 9000 pixels",
        "kept without image",
    ),
    (
        '{"id": "x", "file_name": "x.png"}',
        b"no picture",
        "not a picture",
        "the row is dropped, for it has no text either",
    ),
    (
        '{"id": "x", "file_name": "images/1.png", "text": "  "}',
        None,
        "the text is empty",
        "kept without text",
    ),
    (
        '{"id": "x", "text": "t", "labels": ["Hat"]}',
        None,
        "did you mean",
        "kept without this label",
    ),
    (
        '{"id": "x", "text": "t", "labels": {"a": 1}}',
        None,
        "labels must be text",
        "kept without this label",
    ),
    (
        '{"id": "x", "text": "t", "labels": [null]}',
        None,
        "labels must be text",
        "kept without this label",
    ),
    ('{"id": "a", "text": "t"}', None, "id 'a' was used before", "the row is dropped"),
    ('{"id": "", "text": "t"}', None, "the id is empty", "the row is dropped"),
    ('{"id": "x"}', None, "neither image nor text", "the row is dropped"),
    ('{"id": "x", "text": ', None, "not valid JSON", "the row is dropped"),
    ("[1, 2]", None, "not a JSON object", "the row is dropped"),
]


@pytest.mark.parametrize(("row", "content", "what", "action"), BAD_ROWS)
def test_bad_row_is_named(
    shop: Path,
    add_row: Callable[[str], Path],
    row: str,
    content: bytes | None,
    what: str,
    action: str,
) -> None:
    if content is not None:
        (shop / "x.png").write_bytes(content)
    metadata = add_row(row)
    checked = check(read_imagefolder(shop), TREE)
    assert len(checked.problems) == 1
    line = str(checked.problems[0])
    assert line.startswith(f"{metadata}:4: ")
    assert what in line
    assert line.endswith(action)
    assert "\n" not in line
    assert len(checked.catalogue) == (3 if "dropped" in action else 4)


def test_all_bad_rows_are_named_at_once(shop: Path, add_row: Callable[[str], Path]) -> None:
    for number in range(5):
        add_row(json.dumps({"id": f"n{number}", "file_name": f"{number}.gif", "text": "t"}))
    checked = check(read_imagefolder(shop))
    assert [problem.where.rpartition(":")[2] for problem in checked.problems] == list("45678")


def test_good_source_has_no_problem(shop: Path) -> None:
    checked = check(read_imagefolder(shop), TREE)
    assert checked.problems == []
    assert checked.catalogue.ids == ["a", "b", "c"]
