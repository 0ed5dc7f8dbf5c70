"""Sources that are wrong, as `hierhash train`, `data check` and `encode` meet them."""

from __future__ import annotations

import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from hierhash.retrieval.load_index import load_index
from tests.cli.small_run import hierhash, refusal

ROW = {"id": "x", "file_name": "x.png", "text": "t", "labels": ["Wear/Hats"]}


def bomb() -> bytes:
    """A PNG whose header says 50,000 x 50,000 pixels."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    crc = struct.pack(">I", zlib.crc32(b"IHDR" + header))
    data = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header + crc + data


def array(values: object) -> bytes:
    written = io.BytesIO()
    np.save(written, np.asarray(values))
    return written.getvalue()


def add(shop: Path, row: object) -> None:
    with open(shop / "metadata.jsonl", "a") as stream:
        stream.write((row if isinstance(row, str) else json.dumps(row)) + "\n")


def train(trained: Path, tmp_path: Path, *overrides: str) -> str:
    return refusal(tmp_path, "train", trained / "config.yaml", *overrides, "--out", "out")


PICTURES = [
    (b"nope", "shop/x.png: not a picture that can be read (unknown format); replace it"),
    (b"", "shop/x.png: the image file is empty; replace it"),
    (bomb(), "shop/x.png: the image is larger than 64,000,000 pixels, the limit; scale it down"),
]


@pytest.mark.parametrize(("content", "message"), PICTURES)
def test_a_bad_picture(trained, tmp_path, shop_copy, content, message):
    add(shop_copy, ROW)
    (shop_copy / "x.png").write_bytes(content)
    assert message in train(trained, tmp_path, "data.path=shop")
    said = hierhash("encode", trained / "run", shop_copy, tmp_path / "codes")
    assert said.code == 0
    assert message in said.err
    assert "1 item left out; see " in said.err
    [line] = (tmp_path / "codes" / "rejected.jsonl").read_text().splitlines()
    assert json.loads(line)["id"] == "x"
    assert len(load_index(tmp_path / "codes")) == 40
    said = hierhash("data", "check", shop_copy)
    assert said.code == 2
    assert f"metadata.jsonl:41: {tmp_path / message}; kept without image" in said.out


ROWS = [
    ('{"id": ', "metadata.jsonl:41: not valid JSON (Expecting value); the row is dropped"),
    (ROW, "metadata.jsonl:41: image 'x.png' does not exist in "),
    (ROW | {"id": "i1"}, "metadata.jsonl:41: id 'i1' was used before at "),
]


@pytest.mark.parametrize(("row", "message"), ROWS)
def test_a_bad_row_is_named_by_check_and_by_encode(trained, tmp_path, shop_copy, row, message):
    add(shop_copy, row)
    said = hierhash("data", "check", shop_copy)
    assert said.code == 2
    assert message in said.out
    said = hierhash("encode", trained / "run", shop_copy, tmp_path / "codes")
    assert said.code == 0
    assert said.err.startswith("warning: ")
    assert message in said.err


def test_a_label_that_is_not_in_the_tree(trained, tmp_path, shop_copy):
    add(shop_copy, {"id": "x", "text": "t", "labels": ["Wear/Hat"]})
    message = "metadata.jsonl:41: label 'Wear/Hat' is not in the tree; did you mean 'Wear/Hats'?"
    assert message in train(trained, tmp_path, "data.path=shop")
    words = ("encode", trained / "run", shop_copy, tmp_path / "codes", "--modality", "text")
    said = hierhash(*words)
    index = load_index(tmp_path / "codes")
    assert (said.code, len(index)) == (0, 41)
    assert index.item(40)["paths"] == []
    assert message in said.err
    assert "1 kept without a label or a picture; see " in said.err


FILES = [
    ("t.csv", b"a,b\n1,2\n", "t.csv:1: no column of images or texts among a, b; name them"),
    ("t.csv", b"", "t.csv: the file is empty; it needs at least one row"),
    ("t.csv", b"te\0xt\n", "t.csv: holds NUL bytes, so it is not a CSV file; export it again"),
    ("t.csv", b"text,text\na,b\n", "t.csv:1: column 'text' appears twice; rename one of them"),
    ("t.csv", b"text\n\xe9\n", "t.csv:2: not UTF-8 text; save the file as UTF-8"),
    ("t.jsonl", b"", "t.jsonl: the file is empty; it needs at least one row"),
    ("t.jsonl", b"[1]\n", "t.jsonl: no line holds a JSON object; is it JSONL?"),
    ("t.mat", b"garbage", "t.mat: not a readable .mat file"),
    ("t.mat", b"", "t.mat: not a readable .mat file"),
    ("t.parquet", b"garbage", "t.parquet: not a readable parquet file, export it again"),
    ("t.txt", b"x", "t.txt: not a .csv, .tsv, .jsonl, .parquet or .mat file; use --format"),
]


@pytest.mark.parametrize(("name", "content", "message"), FILES)
def test_a_bad_file(trained, tmp_path, name, content, message):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    (tmp_path / name).write_bytes(content)
    assert message in refusal(tmp_path, "data", "check", name)
    assert message in refusal(tmp_path, "encode", trained / "run", name, "codes")


def test_an_archive_that_is_none_and_folders_that_are_not_there(trained, tmp_path):
    (tmp_path / "t.csv").write_text("image,text\na.png,b\n")
    (tmp_path / "z.zip").write_bytes(b"not a zip")
    said = refusal(tmp_path, "data", "check", "t.csv", "-o", "images=z.zip")
    assert "z.zip: not a readable zip archive" in said
    (tmp_path / "empty").mkdir()
    said = refusal(tmp_path, "data", "check", "empty")
    assert "empty: holds no metadata file, .mat file, folder or picture; see docs" in said
    assert "/nowhere: no such file or folder; check the path" in train(
        trained, tmp_path, "data.path=/nowhere"
    )
    (tmp_path / "dataset").mkdir()
    said = train(trained, tmp_path, "data.path=datset")
    assert said == "datset: no such file or folder; did you mean 'dataset'?"
    assert "did you mean 'sample'" in refusal(tmp_path, "encode", trained / "run", "smaple", "c")


FEATURES = [
    (array(np.zeros((3, 4))), "image_features: 3 rows of features but 40 good rows"),
    (b"\x93NUMPYxx", "image_features.npy: not a readable array"),
    (array(["a"] * 40), "image_features.npy: an array of 1 dimensions and type <U1; features are"),
    (array(3.0), "image_features.npy: an array of 0 dimensions"),
    (array([[1.0, np.nan]] * 40), "metadata.jsonl:1: the image features are not all finite"),
]


@pytest.mark.parametrize(("content", "message"), FEATURES)
def test_bad_features(trained, tmp_path, shop_copy, content, message):
    (shop_copy / "image_features.npy").write_bytes(content)
    assert message in train(trained, tmp_path, "data.path=shop", "model.image.network=mlp")


def test_a_split_file_that_is_wrong(trained, tmp_path):
    split = json.loads((trained / "run" / "splits.json").read_text())
    (tmp_path / "s.json").write_text(json.dumps(split))
    other = ("data.source=synthetic", "data.path=null")
    said = train(trained, tmp_path, "data.split.file=s.json", *other)
    assert "s.json: 40 ids are not in the catalogue, the first is 'i0'; this split belongs" in said
    split["train"][0] = "zzz"
    for text, message in (
        (json.dumps(split), "do not match their sha256, for it was edited; make it again"),
        ("[1]", "s.json: not a split file; it needs train"),
        ("{", "s.json: not a split file (not JSON); make it with data split"),
    ):
        (tmp_path / "s.json").write_text(text)
        assert message in train(trained, tmp_path, "data.split.file=s.json")


def test_too_little_to_learn_from(trained, tmp_path, shop_copy):
    metadata = shop_copy / "metadata.jsonl"
    metadata.write_text('{"file_name": "1.png", "text": "a b", "labels": ["Wear/Hats"]}\n')
    assert "split sizes: 32 items asked, 1 there are" in train(trained, tmp_path, "data.path=shop")
    rows = [{"text": f"word w{i}", "labels": ["Wear/Hats"]} for i in range(40)]
    metadata.write_text("".join(json.dumps(row) + "\n" for row in rows))
    said = train(trained, tmp_path, "data.path=shop")
    assert "shop: no item has a picture, and training needs pictures and texts" in said


def test_a_run_without_validation_items_is_trained_uncalibrated(trained, tmp_path):
    sizes = "data.split.sizes={train: 30, validation: 0, query: 6}"
    said = hierhash("train", trained / "config.yaml", sizes, "--out", tmp_path / "run")
    assert said.code == 0, said.err
    shapes = json.loads((tmp_path / "run" / "model.json").read_text())
    assert shapes["temperatures"] == {"image": 1.0, "text": 1.0}
